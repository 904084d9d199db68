"""Proposals for new themes: what the dictionary does not reach, grouped by wording. Nothing here enters a report's figures by itself.

Comments become counts of character pairs and triples (Chinese) or words and word pairs (English), weighted by how rare they are (TF-IDF);
non-negative matrix factorisation (Lee & Seung 1999, Nature 401, 788-791) finds the groups, W of comments and H of terms.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from csat_lib.errors import DataError, whole
from csat_lib.voice.coding import language_of
from csat_lib.voice.masking import KINDS, NOBODY, Names, mask
from csat_lib.voice.patterns import folded

FEWEST = 20
NEAREST = 5
WORDS = 6
HIDDEN = dict.fromkeys(KINDS, " ")
WORD = r"(?u)\b[^\W\d]{2,}\b"
COMMONEST = 0.3  # wording that more of the comments share is no theme
PROPOSED = ["language", "proposal", "words", "rank", "comment", "similarity", "n", "share"]


def propose_themes(
    comments: pd.Series,
    *,
    seed: int,
    count: int = 5,
    language: str = "en",
    names: Names = NOBODY,
    ignore: Sequence[str] = (),
    nearest: int = NEAREST,
) -> pd.DataFrame:
    """Groups of comments that are worded alike, with the words that make them and the comments nearest to each, masked.

    Parameters
    ----------
    comments : Series
        Text, such as the comments that no theme was found in.
    seed : int
        Of the factorisation.
    count : int
        Groups wanted; fewer where there are fewer than ten comments a group.
    language : {"en", "zh"}
        Whose comments are grouped; those mainly of another script are left out.
    names : Names
        Customers' names to be masked, from ``known_names``.
    ignore : sequence of str
        Words that say nothing.
    nearest : int
        Comments shown of each group.

    Returns
    -------
    DataFrame
        language, proposal (from 1, the largest first), words, rank (from 1), comment (masked), similarity (cosine with the group's
        terms), n (comments in the group), share (0-1, of those grouped). No rows where there are fewer than 20 comments.
    """
    grouped = group_comments(comments, seed=seed, count=count, language=language, ignore=ignore, names=names)
    rows = []
    size = grouped.groupby("group")["text"].size().sort_values(ascending=False, kind="stable") if len(grouped) else pd.Series(dtype=int)
    for number, (group, n) in enumerate(size.items(), start=1):
        own = grouped[grouped["group"] == group].sort_values("similarity", ascending=False, kind="stable")
        own = own.drop_duplicates("folded").head(whole(nearest, "nearest", least=1))
        for rank, (text, near) in enumerate(zip(own["text"], own["similarity"], strict=True), start=1):
            rows.append((language, number, own["words"].iloc[0], rank, mask(str(text), names), float(near), int(n), int(n) / len(grouped)))
    return pd.DataFrame(rows, columns=PROPOSED)


def group_comments(
    comments: pd.Series, *, seed: int, count: int, language: str, ignore: Sequence[str] = (), names: Names = NOBODY
) -> pd.DataFrame:
    """The group of every comment of a language: text, folded, group (from 0), similarity, words of the group; on the comments' index.

    Parameters
    ----------
    comments, seed, count, language, ignore, names
        As in ``propose_themes``.

    Raises
    ------
    ParamsError
        ``count`` or ``seed`` is not a whole number.
    """
    whole(count, "count", least=1)
    whole(seed, "seed", least=0)
    texts = comments.dropna().astype(str)
    plain = texts.map(lambda text: _without(folded(mask(text, names, words=HIDDEN)), ignore))
    kept = plain.map(lambda text: language_of(text) in {language, "mixed"} and len(text) > 1)
    texts, plain = texts[kept], plain[kept]
    columns = ["text", "folded", "group", "similarity", "words"]
    if len(plain) < FEWEST:
        return pd.DataFrame(columns=columns)
    X, terms = _weighted(plain.to_list(), language)
    W, H = _factors(X, min(count, max(1, len(plain) // 10), *(each - 1 for each in X.shape)), seed)
    group = np.where(W.any(axis=1), W.argmax(axis=1), -1)
    unit = H / np.maximum(np.linalg.norm(H, axis=1, keepdims=True), 1e-12)
    near = np.asarray(X @ unit.T)[np.arange(len(group)), np.maximum(group, 0)]
    words = [_words(H[each], terms, language) for each in range(len(H))]
    said = [words[each] if each >= 0 else "" for each in group]
    table = pd.DataFrame({"text": texts, "folded": plain, "group": group, "similarity": near, "words": said}, index=texts.index)
    return table[table["group"] >= 0]


def purity(groups: Sequence[object], truth: Sequence[object]) -> float:
    """Share of units that carry the commonest true label of their group (Manning, Raghavan & Schuetze 2008, ch. 16).

    >>> purity([1, 1, 1, 2, 2], ["a", "a", "b", "b", "b"])
    0.8
    """
    if len(groups) != len(truth) or not len(groups):
        raise DataError(f"purity: {len(groups)} groups and {len(truth)} labels. Each unit needs both, and there must be one.")
    table = pd.crosstab(pd.Series(list(groups), dtype=object), pd.Series(list(truth), dtype=object))
    return float(table.max(axis=1).sum() / len(groups))


def _without(text: str, ignore: Sequence[str]) -> str:
    text = text.replace("[ ]", " ")
    for word in sorted(ignore, key=len, reverse=True):
        text = text.replace(word, " ") if not word.isascii() else re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text)
    return re.sub(r"\s+", " ", text).strip()


def _weighted(texts: list[str], language: str) -> tuple[Any, np.ndarray]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    least, most = (2 if len(texts) < 500 else 3), (1.0 if len(texts) < 50 else COMMONEST)
    if language == "zh":
        runs = [" ".join(re.findall(r"[\w]+", text)) for text in texts]
        vectors = TfidfVectorizer(analyzer=_pairs_and_triples, min_df=least, max_df=most, sublinear_tf=True)
    else:
        runs = texts
        vectors = TfidfVectorizer(
            ngram_range=(1, 2), stop_words="english", min_df=least, max_df=most, sublinear_tf=True, token_pattern=WORD
        )
    try:
        X = vectors.fit_transform(runs)
    except ValueError:
        raise DataError(f"No wording is shared by {least} of {len(texts)} comments: there is nothing to group.") from None
    return X, vectors.get_feature_names_out()


def _pairs_and_triples(text: str) -> list[str]:
    return [run[start : start + size] for run in text.split() for size in (2, 3) for start in range(len(run) - size + 1)]


def _factors(X: Any, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:  # noqa: ANN401  a sparse matrix
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(n_components=max(1, count), init="nndsvda", random_state=seed, max_iter=400, tol=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # groups to be read by a person need no last digit
        W = model.fit_transform(X)
    return np.asarray(W), np.asarray(model.components_)


def _words(weights: np.ndarray, terms: np.ndarray, language: str) -> str:
    """The terms that weigh most, without those that share a character (Chinese) or a word with a heavier one."""
    kept: list[str] = []
    for term in terms[np.argsort(-weights, kind="stable")][: 4 * WORDS]:
        known = set("".join(kept)) if language == "zh" else {word for each in kept for word in each.split()}
        parts = set(term) if language == "zh" else set(term.split())
        if weights[np.flatnonzero(terms == term)[0]] > 0 and not parts & known:
            kept.append(str(term))
    return ("、" if language == "zh" else ", ").join(kept[:WORDS])
