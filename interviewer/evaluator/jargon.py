"""Words that a listener outside the field does not know, and how a speaker explains them. For answers meant for such ears."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TERMS = (
    "auc roc auroc f1 rmse mae perplexity bleu likelihood posterior prior bayesian p-value "
    "heteroscedastic covariance correlation coefficient regression logistic classifier classification clustering k-means "
    "kmeans embedding embeddings vector vectors tensor tensors matrix eigenvalue dimensionality pca svd manifold latent "
    "gradient gradients backpropagation backprop optimiser optimizer sgd hyperparameter hyperparameters "
    "epoch epochs overfitting underfitting regularisation regularization dropout variance entropy cross-entropy "
    "softmax sigmoid relu activation activations convolution convolutional cnn rnn lstm gru transformer transformers "
    "encoder decoder autoencoder gan diffusion llm tokenizer tokeniser fine-tuning pretraining rlhf lora "
    "quantisation quantization distillation boosting xgboost bagging ensemble ensembles hyperplane kernel svm "
    "cross-validation stratified imputation outlier outliers normalisation normalization standardisation "
    "heuristic stochastic deterministic parametric nonparametric asymptotic inference latency throughput pipeline etl api "
    "schema sql nosql sharding kafka gpu cuda kubernetes docker microservice backend covariate confounder "
    "confounders causal counterfactual uplift quantile percentile bootstrap  "
    "markov bandit bandits shap lime residual residuals loss logits"
).split()
_PHRASES = (
    "confidence interval",
    "standard deviation",
    "neural network",
    "learning rate",
    "loss function",
    "decision boundary",
    "random forest",
    "gradient boosting",
    "hidden layer",
    "hidden layers",
    "p value",
    "cross validation",
    "training set",
    "test set",
    "validation set",
    "feature engineering",
    "data leakage",
    "time series",
)
_TERM = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, (*_PHRASES, *_TERMS)), key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"\b(?:which (?:is|are|just|simply|only|basically)?\s*means?|which (?:is|are)|that is|that's|that means|meaning|"
    r"in other words|in plain|put simply|simply put|basically|so[- ]called|(?:what )?we call|called|known as|think of|"
    r"imagine|picture|like (?:a|an|the|when|if)|(?:is|are) (?:just|simply|only|a way|when|how|the|what)|stands for|"
    r"for example|for instance|as if)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?\n]+|$)")
_REACH_CHARACTERS = 160  # where there is no punctuation, an explanation stands this near


def unexplained(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of terms at their first mention that neither their sentence nor the next one explains."""
    sentences = [(m.start(), m.end()) for m in _SENTENCE.finditer(text)]
    seen: set[str] = set()
    for term in _TERM.finditer(text):
        name = term.group().lower().rstrip("s")
        if name in seen:
            continue
        seen.add(name)
        start, end = _around(sentences, term.start(), len(text))
        near = text[max(start, term.start() - _REACH_CHARACTERS) : min(end, term.end() + _REACH_CHARACTERS)]
        if not _EXPLAINS.search(near):
            yield term.span()


def terms(text: str) -> int:
    """How many different terms are used."""
    return len({term.group().lower().rstrip("s") for term in _TERM.finditer(text)})


def _around(sentences: list[tuple[int, int]], offset: int, length: int) -> tuple[int, int]:
    """Where the sentence at `offset` begins and where the one after it ends."""
    for number, (start, end) in enumerate(sentences):
        if start <= offset < end:
            return start, sentences[number + 1][1] if number + 1 < len(sentences) else end
    return 0, length
