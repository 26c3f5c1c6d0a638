"""What the LFS protocol refuses, with the status and the sentence that the client prints."""


class LfsError(Exception):
    """`status` of HTTP and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
