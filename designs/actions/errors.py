"""What an action refuses, as a sentence for the person who asked."""


class RefusedError(Exception):
    """The action did nothing; `str()` is a translated sentence, `code` a stable word for programs."""

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(sentence)
        self.code = code
