"""An OpenAI-compatible endpoint that knows the answers to a set: each model is a file of answers.

A request is told by its text and its pictures, so harnesses need not send ids. Pictures may be
compressed again (VLMEvalKit sends JPEG): the item whose pictures differ least is meant, and it must
be near. What is asked is kept by the first part of the path, which names the harness.
"""

import base64
import io
import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from molshot import dataset
from PIL import Image, ImageChops, ImageStat

# Mean difference of luminance, of 255 levels, below which a picture may be the same one compressed
# as JPEG (measured on this set: at most 3.4; other pictures: from 0.4).
MAX_DIFFERENCE = 6.0


def picture(data: bytes) -> Image.Image:
    """The luminance of a picture, 64 pixels wide. JPEG stores colours in half the resolution."""
    return Image.open(io.BytesIO(data)).convert("RGB").convert("L").resize((64, 64), Image.Resampling.BOX)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, of 255 levels."""
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


class Asked:
    """A request: its text parts, and how many pictures it has."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.texts: list[str] = []
        self.pictures: list[Image.Image] = []
        self.order = ""
        for message in messages:
            content = message["content"]
            for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
                if part["type"] == "text":
                    self.texts.append(part["text"])
                    self.order += "t"
                else:
                    url = part["image_url"]["url"]
                    self.pictures.append(picture(base64.b64decode(url.split(",", 1)[1])))
                    self.order += "p"
        self.text = "\n".join(self.texts)


class Endpoint(ThreadingHTTPServer):
    """Serves until it is closed. `answers` are the answers of each model, by id of the question."""

    daemon_threads = True

    def __init__(self, out: str, answers: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.questions: dict[str, list[tuple[dataset.Question, list[Image.Image]]]] = defaultdict(list)
        cache: dict[str, Image.Image] = {}
        for row in dataset.questions(out):
            for path, data in zip(row.images, row.pictures(), strict=True):
                cache.setdefault(path, picture(data))
            self.questions[row.question].append((row, [cache[path] for path in row.images]))
        # By harness and model: the ids that were asked, and the last request for each.
        self.asked: dict[tuple[str, str], dict[str, Asked]] = defaultdict(dict)
        self.unknown: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, harness: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{harness}/v1"

    def find(self, asked: Asked) -> dataset.Question | None:
        """The question of a request: its text is in the request, and its pictures are the nearest."""
        best: tuple[float, dataset.Question | None] = (MAX_DIFFERENCE, None)
        for text, rows in self.questions.items():
            if text in asked.text:
                for row, pictures in rows:
                    if len(pictures) == len(asked.pictures):
                        far = sum(map(difference, pictures, asked.pictures)) / max(len(pictures), 1)
                        best = min(best, (far, row), key=lambda one: one[0])
        return best[1]


class Handler(BaseHTTPRequestHandler):
    """Answers chat requests."""

    protocol_version = "HTTP/1.1"
    server: Endpoint

    def log_message(self, *_: object) -> None:
        """Requests are counted, not printed."""

    def do_GET(self) -> None:
        self.reply({"object": "list", "data": [{"id": name, "object": "model"} for name in self.server.answers]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        harness, model = self.path.split("/")[1], body["model"]
        asked = Asked(body["messages"])
        question = self.server.find(asked)
        if question is None:
            self.server.unknown.append(f"{harness} {model}: {asked.text[:200]}")
            self.reply({"error": {"message": "no question of the set"}}, 400)
            return
        self.server.asked[(harness, model)][question.id] = asked
        text = self.server.answers[model][question.id]
        choice = {"index": 0, "finish_reason": "stop"}
        head = {"id": question.id, "created": 0, "model": model}
        if body.get("stream"):
            parts = [{"delta": {"role": "assistant", "content": text}}, {"delta": {}, "finish_reason": "stop"}]
            chunks = [{**head, "object": "chat.completion.chunk", "choices": [{"index": 0, "finish_reason": None, **part}]} for part in parts]
            lines = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
            self.send("text/event-stream", lines.encode())
            return
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        message = {"role": "assistant", "content": text}
        self.reply({**head, "object": "chat.completion", "choices": [{**choice, "message": message}], "usage": usage})

    def reply(self, value: Any, status: int = 200) -> None:
        self.send("application/json", json.dumps(value).encode(), status)

    def send(self, kind: str, data: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
