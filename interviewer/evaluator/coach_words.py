"""The authored sentences of the coaching, in one place. Each has several forms, so that twelve answers do not read alike.

Plain and kind; they name what was said and what to say, and praise nothing. `{...}` are filled by the modules that advise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interviewer.domain import DebriefSituation, Gate, StarComponent

GATE_ADVICE: Mapping[Gate, str] = {
    "empty": "Say something, even if it is only where you would begin: a first step can be followed up, silence cannot.",
    "non_answer": "When you do not know, say what you know that lies near and reason aloud from there.",
    "echo": "Your answer gave the question back. Start with the claim itself, in one sentence, and then say why it holds.",
    "off_topic": "This did not reach the question. Repeat to yourself what was asked, then answer that in your first sentence.",
    "word_salad": "The words came through in no order that makes sentences. Try again in short, complete sentences.",
    "other_question": "This answers another question. Listen for what is asked and open with a sentence that answers it.",
    "too_short": "That is too short to show what you know. Say what it is, why it works and when it fails.",
}
WAY_IN = "A way in: {hint}"

STORY_NAMES: Mapping[StarComponent, str] = {"S": "Situation", "T": "Task", "A": "Action", "R": "Result"}
STORY_ADVICE: Mapping[StarComponent, str] = {
    "S": "Open with the situation: when it was, where, and what was at stake.",
    "T": "Say what you had to reach, and what was yours to decide.",
    "A": "Say what you did yourself, step by step, and why you chose it.",
    "R": "End with what came of it, best with a number, and what you would do differently.",
}
STORY_PROMPTS: Mapping[StarComponent, str] = {
    "S": "When and where was it, and what was at stake?",
    "T": "What did you have to reach, and which part was yours?",
    "A": "What did you do yourself, step by step, and why that?",
    "R": "What came of it? A number, even a rough one, and what you would do differently.",
}
STORY_PLACES: Mapping[StarComponent, str] = {
    "T": "It belongs before the first thing you did.",
    "A": "It is the heart of the story and deserves most of the time.",
}
NOT_A_STORY = (
    "Tell one thing that really happened and what you yourself did in it, rather than what one would do."
)
NO_NUMBER = (
    "Put a number on the result, even a rough one.",
    "The result is there; give it a size. How much, how many, how much faster?",
    "Say how large the effect was, and against what you measured it.",
)
ASK_YOURSELF = "Ask yourself: {question}"
AFTER = (
    "It fits right after “{quote}”.",
    "Say it straight after “{quote}”.",
    "The place for it was after “{quote}”.",
)
AT_THE_START = "It would have made a good opening."

MISSED = (
    "Not said yet: {gist}. You could say: “{saying}”",
    "What was missing is this: {gist}. In a sentence or two: “{saying}”",
    "The listener was still waiting for one thing: {gist}. For instance: “{saying}”",
    "One more point would add most: {gist}. Said aloud: “{saying}”",
)
MISSED_PLAIN = (
    "Not said yet, and it would add most: “{saying}”",
    "Add this: “{saying}”",
    "What was missing is this: “{saying}”",
    "The listener was still waiting for this: “{saying}”",
)
PARTIAL = (
    "“{quote}” comes near a further point. Said outright: “{saying}”",
    "You came near this with “{quote}”. Say it to the end: “{saying}”",
    "“{quote}” touches on something and stops. Go on: “{saying}”",
)
PARTIAL_UNQUOTED = ("You came near this. Say it to the end: “{saying}”",)
UNCLEAR = (
    "“{quote}” can be taken in two ways. If you agree with this, say it outright: “{saying}”",
    "It stayed open what you meant by “{quote}”. Compare it with this: “{saying}”",
)
UNCLEAR_UNQUOTED = ("It stayed open what you meant here. Say it in one plain sentence: “{saying}”",)
CONTRADICTED = (
    "You said: “{quote}”. {correction} Say instead: “{saying}”",
    "Put this right first: “{quote}”. {correction} A sentence that holds: “{saying}”",
)
CONTRADICTED_UNQUOTED = ("{correction} A sentence that holds: “{saying}”",)
ASKED = (
    "Answer this as well: {question}",
    "A listener would ask next: {question} Answer it before they do.",
    "Leave no room for this question: {question}",
)
PARTIAL_ASKED = "You touched on this with “{quote}”. Go on until this is answered: {question}"
FURTHER_POINT = (
    "Then add: “{saying}”",
    "Also worth a sentence: “{saying}”",
    "With time left: “{saying}”",
)
GO_DEEPER = (
    "The main points are there. Go one level deeper: {question}",
    "Nothing important is missing. A harder question to try: {question}",
    "This holds as it is. What a listener may ask next: {question}",
)
NO_FOLLOW_UP = "What would change if the situation were another?"

KEEP_POINT = (
    "“{quote}” makes this point: {gist}.",
    "Keep “{quote}”. It covers this: {gist}.",
    "“{quote}” answers one of the things asked: {gist}.",
    "Say “{quote}” again next time. It covers this: {gist}.",
)
KEEP_PLAIN = (
    "Keep this sentence as it is: “{quote}”.",
    "“{quote}” is the point, said in one sentence.",
    "This was clear: “{quote}”.",
    "“{quote}” can stay word for word.",
)
KEEP_TWO = "“{quote}” makes two points in one sentence: {gist}; and {other}."
KEEP_UNQUOTED = (
    "You covered this: {gist}.",
    "This was in your answer: {gist}.",
    "You had this point: {gist}.",
)
KEEP_DESCRIBED = (
    "A good answer {gist}. Yours did: “{quote}”",
    "“{quote}”: a good answer {gist}, and this does.",
)
KEEP_ACTIONS = (
    "You told what you did yourself: “{quote}”",
    "“{quote}” is your own doing, told as such. Keep saying “I” where it was you.",
)
KEEP_ACTIONS_UNQUOTED = "You told what you did yourself, step by step."
KEEP_NUMBER = ("The result has a figure: “{quote}”", "“{quote}” gives the listener something to repeat.")
KEEP_NUMBER_UNQUOTED = "You gave the result in numbers."

TOO_LOW: Mapping[str, str] = {
    "speaking rate": "You spoke slowly enough to lose the thread; let finished thoughts run at an ordinary pace.",
    "sentence length": "Join the fragments: a claim and its reason belong in one sentence.",
    "signposting": "Tell the listener where you are: how many points there are, which one this is, and why it follows.",
    "concision": "There was time left: add the reason behind your main point, or an example.",
}
TOO_HIGH: Mapping[str, str] = {
    "speaking rate": "Slow down: at this speed the listener cannot take in a technical point.",
    "pauses inside clauses": "Pause between thoughts rather than inside them: think first, then say the sentence through.",
    "pauses between clauses": "Shorten the silence between thoughts, or say what you are thinking about.",
    "fillers": "Let a short silence stand where an um or a you-know would come.",
    "repairs": "Finish the sentence you began, even if a better one comes to mind.",
    "sentence length": "Cut the long sentences: one thought each.",
    "hedging": "Say what you are sure of without maybe and sort of, and name what you are unsure of once.",
    "signposting": "Fewer announcements; say the point itself.",
    "concision": "Be shorter: give the answer in the first two sentences and stop when the reason is told.",
    "unexplained jargon": "After each term the listener may not know, say in a few words what it means.",
}

ABSTAINED: Mapping[str, str] = {
    "empty": "No score: nothing was said.",
    "doubtful": "No score: most of the words could hardly be made out, and guessing would not be fair.",
    "unmeasured": "No score: what was said could not be judged for content, and delivery alone makes no score.",
}
SESSION_ABSTAINED = "No overall score: none of the answers could be judged."
NO_ANSWERS = "No overall score: no question was answered."

ON_QUESTION = "(question {number}) {text}"
PATTERN_STORY = "In {count} of {of} stories the {part} was missing. {advice}"
PATTERN_DELIVERY = "This held in {count} of {of} answers. {advice}"
RETRY = "It scored lowest ({score} of 5). Say it again with what this page gave you, and compare the two."
RETRY_LEFT = "It scored lowest ({score} of 5), and this was left open: {question}"
SAME_TOPIC = "The same subject, {topic}, in another setting: “{asked}” left something open there."
NEXT_TOPIC = "“{asked}” went well; this goes on with {topic}."

DEBRIEF: Mapping[DebriefSituation, str] = {
    "weighs": "I weigh what I heard by my own measure.",
    "strong_yes": "I would say yes without reservation.",
    "favourable": "I lean towards yes.",
    "mixed": "I am in two minds.",
    "not_yet": "I would not say yes yet.",
    "not_enough": "I have not heard enough to lean either way.",
}
"""For personas who bring no words of their own."""
TO_HEAR_MORE = "On what I heard it could also be “{other}”."
FOR_CONTENT = (
    "In your favour: “{quote}”.",
    "What I noted down: “{quote}”.",
    "“{quote}” counted for you.",
)
UNQUOTED_FOR = "In your favour, you covered this: {gist}."
FOR_STORY = ("I could see you at work in “{quote}”.", "“{quote}” told me what you do when it matters.")
FOR_DELIVERY = "You spoke at {figure}, a pace that can be followed."
REASON_AGAINST = (
    "There is one thing I would change first. {advice}",
    "One thing kept me from more. {advice}",
    "For me one change would matter most. {advice}",
)


def vary(forms: Sequence[str], seed: int) -> str:
    """One of the forms; neighbouring seeds give different ones."""
    return forms[seed % len(forms)]
