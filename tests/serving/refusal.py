"""Errors by TensorFlow's names, as gRPC and HTTP tell them."""

HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "NOT_FOUND": 404,
    "TOO_LARGE": 413,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


class Refusal(Exception):
    """Why a request is not answered: a name of `HTTP_STATUS`, and a text."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message
