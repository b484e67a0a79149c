"""The REST interface of TensorFlow Serving, as far as our client asks."""

import base64
import http.server
import json
import re

from google.protobuf import json_format

from tests.serving.refusal import HTTP_STATUS
from tests.serving.refusal import Refusal

MODEL = r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([\w.-]+))?"
GARBAGE = b"<html>It works!</html>"


def make_handler(models, faults, token=None):
    """The handler class of an HTTP server, which asks for a token if it has."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.endswith("/metadata"):
                self._reply(self._metadata)
            else:
                self._reply(lambda: models.status(self._read_path(MODEL)[0]))

        def do_POST(self):
            body = json.loads(
                self.rfile.read(int(self.headers["Content-Length"]))
            )
            if self.path == "/faults":
                num_requests = faults.num_requests
                faults.order(body)
                self._send(200, {"num_requests": num_requests})
            else:
                self._reply(lambda: self._predict(body))

        def _read_path(self, pattern):
            if not (found := re.fullmatch(pattern, self.path)):
                raise Refusal("INVALID_ARGUMENT", f"Malformed: {self.path}")
            return found.groups()

        def _metadata(self):
            name, *version = self._read_path(MODEL + "/metadata")
            number, signatures = models.metadata(name, *version)
            return {
                "model_spec": {
                    "name": name,
                    "signature_name": "",
                    "version": number,
                },
                "metadata": {
                    "signature_def": {
                        "signature_def": {
                            key: json_format.MessageToDict(
                                value, preserving_proto_field_name=True
                            )
                            for key, value in signatures.items()
                        }
                    }
                },
            }

        def _predict(self, body):
            fault = faults.take()
            if fault == "garbage":
                return None
            if fault == "drop":
                raise BrokenPipeError
            name, *version = self._read_path(MODEL + ":predict")
            signature = body.get("signature_name", "serving_default")
            serve = models.signature(name, signature, *version)
            _, wanted = serve.structured_input_signature
            inputs = {
                key: [_bytes_of(row) for row in value]
                for key, value in read_inputs(body, list(wanted)).items()
            }
            outputs = models.predict(name, signature, inputs, *version)
            columns = {
                key: _as_json(key, value.tolist())
                for key, value in outputs.items()
            }
            if "instances" in body:
                return {"predictions": as_rows(columns)}
            only = len(columns) == 1
            return {"outputs": [*columns.values()][0] if only else columns}

        def _reply(self, answer):
            given = self.headers["Authorization"]
            try:
                if token and given != f"Bearer {token}":
                    raise Refusal("UNAUTHENTICATED", "no token, or another")
                self._send(200, answer())
            except Refusal as refusal:
                status = HTTP_STATUS[refusal.code]
                self._send(status, {"error": refusal.message})
            except BrokenPipeError:
                self.close_connection = True

        def _send(self, status, answer):
            body = GARBAGE if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    return Handler


def read_inputs(body, wanted):
    """Inputs by name, of the row format (`instances`) or the column format."""
    if ("instances" in body) == ("inputs" in body):
        raise Refusal("INVALID_ARGUMENT", "either 'instances' or 'inputs'")
    if "inputs" in body:
        inputs = body["inputs"]
        return inputs if isinstance(inputs, dict) else {wanted[0]: inputs}
    rows = body["instances"]
    if not isinstance(rows, list) or not rows:
        raise Refusal("INVALID_ARGUMENT", "'instances' must be a list of rows")
    is_named = [isinstance(row, dict) and "b64" not in row for row in rows]
    if not any(is_named) and len(wanted) == 1:
        return {wanted[0]: rows}
    if not all(is_named) or len({frozenset(row) for row in rows}) > 1:
        raise Refusal("INVALID_ARGUMENT", "rows must have the same names")
    return {key: [row[key] for row in rows] for key in rows[0]}


def as_rows(columns):
    """The row format: an object a row, or the value alone of one output."""
    if len(columns) == 1:
        return [*columns.values()][0]
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def _bytes_of(row):
    return base64.b64decode(row["b64"]) if isinstance(row, dict) else row


def _as_json(name, rows):
    if name.endswith("_bytes"):
        return [{"b64": base64.b64encode(row).decode()} for row in rows]
    return [row.decode() if isinstance(row, bytes) else row for row in rows]
