"""Pictures, prompts and scores of the tasks `molshot_t1` to `molshot_t9` of lmms_eval.

`MOLSHOT_SET` names the folder of a finished set of `molshot dataset`. Its tables load as they are;
they refer to the pictures by path, so documents are small and pictures are read one by one.
`MOLSHOT_LANGUAGE` chooses one language of a set with several.
"""

import io
import os
from functools import cache
from typing import Any

from molshot import dataset
from PIL import Image

FOLDER = os.environ.get("MOLSHOT_SET", "")
if not FOLDER:
    raise ValueError("MOLSHOT_SET is not set; give the folder of a set that `molshot dataset generate` has made")
SET = os.path.abspath(FOLDER)


@cache
def _questions(task: str, split: str) -> dict[str, dataset.Question]:
    return {row.id: row for row in dataset.questions(SET, split=split, tasks=task)}


def _question(doc: dict[str, Any]) -> dataset.Question:
    return _questions(doc["task"], doc["split"])[doc["id"]]


def process_docs(docs: Any) -> Any:
    """Keeps the questions with pictures alone, of one language if one is chosen."""
    language = os.environ.get("MOLSHOT_LANGUAGE")
    return docs.filter(lambda doc: doc["mode"] == "picture" and language in (None, "", doc["language"]))


def doc_to_visual(doc: dict[str, Any]) -> list[Image.Image]:
    """The pictures in order."""
    return [Image.open(io.BytesIO(picture)).convert("RGB") for picture in _question(doc).pictures()]


def doc_to_text(doc: dict[str, Any], lmms_eval_specific_kwargs: dict[str, Any] | None = None) -> str:
    """The question, for models that take all pictures before the text. The text lists them."""
    return str(doc["question"])


def doc_to_messages(doc: dict[str, Any], lmms_eval_specific_kwargs: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Each picture after its label, then the question, as `molshot dataset evaluate` asks."""
    content: list[dict[str, Any]] = []
    for label, picture in zip(_question(doc).labels, doc_to_visual(doc), strict=True):
        content += [{"type": "text", "text": label}, {"type": "image", "url": picture}]
    return [{"role": "user", "content": [*content, {"type": "text", "text": doc["question"]}]}]


def process_results(doc: dict[str, Any], results: list[str]) -> dict[str, float]:
    """The points of an answer in percent, under the column of the paper's table."""
    question = _question(doc)
    return {question.column: 100 * question.score(results[0]).score}
