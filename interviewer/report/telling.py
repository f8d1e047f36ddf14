"""Reads a session's facts once, in order, and writes down what each speaker said, when, and why."""

from __future__ import annotations

from collections.abc import Mapping

from interviewer.domain import Persona, Question, StarComponent, Turn, Verdict
from interviewer.report.model import Line, Note, NoteKind, Reason, Timing, Who
from interviewer.report.placing import pieces_of_line, pieces_of_turn, thinking_pauses
from interviewer.report.wording import reason_sentence
from interviewer.session.correcting import corrected
from interviewer.session.events import (
    Answered,
    EngineChanged,
    Event,
    FaultNoted,
    FollowUpAsked,
    LineSpoken,
    Paused,
    PersonaEntered,
    QuestionAsked,
    QuestionSkipped,
    ReplyTimed,
    RoundStarted,
    SessionEnded,
    SessionResumed,
    SpeechHeard,
    TurnCorrected,
    Unpaused,
)

_ENDINGS = {
    "complete": "The interview was complete.",
    "time": "The time was up.",
    "key": "You ended the interview.",
    "interrupted": "The session was interrupted.",
    "fault": "The session ended because of a fault.",
}


class Teller:
    """Reads the facts once, in order, and writes lines and notes."""

    def __init__(self, questions: Mapping[str, Question], personas: Mapping[str, Persona]) -> None:
        self.lines: list[Line] = []
        self.notes: list[Note] = []
        self._questions = questions
        self._personas = personas
        self._unheard: list[int] = []  # interviewer's lines whose playing was not reported yet
        self._timing: Timing | None = None
        self._answer = -1
        self._told: dict[tuple[int, int], Turn] = {}  # the candidate's turns, by answer and turn
        self._turns = 0

    def tell(self, event: Event) -> None:
        match event:
            case PersonaEntered():
                self._say(event, "entrance", event.persona, event.text, because=event.because)
            case QuestionAsked():
                self._answer, self._turns = self._answer + 1, 0
                self._say(event, "question", event.persona, f"{event.lead} {event.text}", answer=self._answer)
            case FollowUpAsked():
                reason = self._reason(event.question, event.because, event.point, event.star)
                text = f"{event.lead} {event.text}"
                self._say(event, "follow_up", event.persona, text, answer=self._answer, reason=reason)
            case LineSpoken():
                answer = self._answer if self._answer >= 0 and event.situation != "closing" else None
                extra = {"situation": event.situation, "hint": event.hint, "answer": answer}
                self._say(event, "remark", event.persona, event.text, **extra)
            case SpeechHeard():
                self._heard(event)
            case Answered():
                self._answered(event)
            case TurnCorrected():
                self._correct(event)
            case ReplyTimed():
                self._timed(event)
            case _:
                self._note(event)

    def _say(self, event: Event, kind: str, persona: str, text: str, **extra: object) -> None:
        line = Line.model_validate(
            {
                "index": len(self.lines),
                "speaker": "interviewer",
                "kind": kind,
                "name": who(persona, self._personas).name,
                "persona": persona,
                "text": text.strip(),
                "start": event.at,
                "end": event.at,
                "pieces": pieces_of_line(text.strip(), event.at, 0.0, event.at),
                "phrased_by": getattr(event, "phrased_by", None),
                "timing": self._timing,
                **extra,
            }
        )
        self._timing = None
        self._unheard.append(line.index)
        self.lines.append(line)

    def _heard(self, event: SpeechHeard) -> None:
        """Times for all lines since the last report: they were played as one, and share it by length."""
        group = [self.lines[i] for i in self._unheard]
        self._unheard = []
        if not group:
            return
        start = max(group[0].start, event.at - event.seconds)
        end = start + event.seconds
        planned = max(event.of_seconds, event.seconds)
        length = sum(len(line.text) for line in group) or 1
        begun = 0
        for line in group:
            begins = min(start + planned * begun / length, end)
            share = planned * len(line.text) / length
            begun += len(line.text)
            ends = min(begins + share, end)
            self.lines[line.index] = line.model_copy(
                update={
                    "start": begins,
                    "end": ends,
                    "pieces": pieces_of_line(line.text, begins, share, ends),
                    "heard_seconds": ends - begins,
                    "of_seconds": share,
                    "interrupted": event.interrupted and ends - begins < share - 0.05,
                }
            )

    def _answered(self, event: Answered) -> None:
        turn, known = event.turn, event.question is not None and self._answer >= 0
        previous = self.lines[-1] if self.lines else None
        first_speech = turn.speech[0].start if turn.speech else None
        began_after = None
        if previous is not None and previous.heard_seconds is not None and first_speech is not None:
            began_after = max(first_speech - previous.end, 0.0)
        self.lines.append(
            Line(
                index=len(self.lines),
                speaker="candidate",
                kind="answer",
                name="You",
                text=turn.text,
                start=turn.start,
                end=max(turn.end, turn.start),
                pieces=pieces_of_turn(turn),
                answer=self._answer if known else None,
                turn=self._turns if known else None,
                began_after=began_after,
                endpoint_wait=event.endpoint_wait,
                ended_by=turn.ended_by,
                engine=turn.engine,
                speech=turn.speech,
                thinking=thinking_pauses(turn),
            )
        )
        if known:
            self._told[self._answer, self._turns] = turn
        self._turns += known
        self._unheard, self._timing = [], None

    def _correct(self, event: TurnCorrected) -> None:
        place = (event.answer, event.turn)
        if place not in self._told:
            return
        self._told[place] = turn = corrected(self._told[place], event.text)
        line = next(line for line in self.lines if (line.answer, line.turn) == place)
        self.lines[line.index] = line.model_copy(
            update={"text": turn.text, "pieces": pieces_of_turn(turn), "corrected": True}
        )

    def _timed(self, event: ReplyTimed) -> None:
        timing = Timing(transcript=event.transcript, reply=event.reply, voice=event.voice, total=event.total)
        if self.lines and self.lines[-1].speaker == "interviewer":
            # It times the first sound, so the first line since the candidate's turn.
            last_answer = max((x.index for x in self.lines if x.speaker == "candidate"), default=-1)
            line = self.lines[last_answer + 1]
            self.lines[line.index] = line.model_copy(update={"timing": line.timing or timing})
        else:
            self._timing = timing

    def _note(self, event: Event) -> None:
        told = _note_text(event)
        if told is not None:
            kind, text = told
            self.notes.append(Note(at=event.at, kind=kind, text=text, before=len(self.lines)))

    def _reason(
        self, question: str, because: Verdict, point: str | None, star: StarComponent | None
    ) -> Reason:
        known = self._questions.get(question)
        texts = {p.id: p.text for p in known.rubric} if known else {}
        about = None if point is None else texts.get(point, point.replace("_", " "))
        sentence = reason_sentence(because, about, star)
        return Reason(verdict=because, point=point, star=star, sentence=sentence)


def _note_text(event: Event) -> tuple[NoteKind, str] | None:
    match event:
        case RoundStarted():
            return "round", f"{event.title}, {event.minutes:g} minutes"
        case SessionResumed():
            lost = f" About {event.lost_seconds:.1f} s of sound were lost." if event.lost_seconds > 0 else ""
            return "resumed", f"The session was resumed.{lost}"
        case QuestionSkipped():
            return "skipped", "You skipped this question."
        case Paused():
            return "paused", "You paused the interview."
        case Unpaused():
            return "unpaused", "You went on."
        case FaultNoted():
            return "fault", event.sentence
        case EngineChanged():
            return (
                "engine",
                f"{event.port.replace('_', ' ').capitalize()} is now {event.engine}: {event.because}",
            )
        case SessionEnded():
            return "ended", _ENDINGS[event.because]
        case _:
            return None


def who(persona: str, personas: Mapping[str, Persona]) -> Who:
    known = personas.get(persona)
    if known is None:
        return Who(name=persona.replace("_", " "), role="")
    return Who(name=known.name, role=known.role)
