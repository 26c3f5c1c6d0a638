"""The connection to Elasticsearch: addresses, keys and certificates, and what its troubles are called here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from elastic_transport import TlsError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
)
from elasticsearch import ConnectionError as NoConnectionError

from search.types import SearchAwayError

ASK_SECONDS = 5.0
"""How long a page waits for an answer; and for how long nobody waits after one that did not come."""
WRITE_SECONDS = 60.0
NOT_NOW = {429, 502, 503, 504}


class Connection:
    """One cluster. `ask` is for pages and gives up soon, `write` is for the worker and waits."""

    def __init__(self, urls: Sequence[str], api_key: str = "", certificates: Path | None = None) -> None:
        self.ask = Elasticsearch(
            list(urls),
            api_key=api_key or None,
            ca_certs=str(certificates) if certificates else DEFAULT,
            request_timeout=ASK_SECONDS,
            max_retries=0,
            retry_on_status=(),
        )
        self.write = self.ask.options(request_timeout=WRITE_SECONDS)
        self._silent_until = float("-inf")

    @contextmanager
    def asking(self) -> Iterator[Elasticsearch]:
        """The client of a page. Raises SearchAwayError; at once where an answer did not come a moment ago."""
        if monotonic() < self._silent_until:
            raise SearchAwayError("Elasticsearch does not answer in time")
        with self._troubles():
            yield self.ask

    @contextmanager
    def writing(self) -> Iterator[Elasticsearch]:
        """The client of the worker. Raises SearchAwayError."""
        with self._troubles():
            yield self.write

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        try:
            yield
        except ConnectionTimeout as error:
            self._silent_until = monotonic() + ASK_SECONDS
            raise SearchAwayError("Elasticsearch does not answer in time") from error
        except (TransportError, ApiError) as error:
            if isinstance(error, ApiError) and not _is_away(error):
                raise
            raise SearchAwayError(_sentence(error)) from error


def _is_away(error: ApiError) -> bool:
    return isinstance(error, UnsupportedProductError) or error.status_code in {401, 403, 404, *NOT_NOW}


def _sentence(error: Exception) -> str:
    match error:
        case TlsError():
            return "Elasticsearch's certificate is not trusted, or it speaks no TLS (PARTAGE_SEARCH_CERTIFICATES)"
        case NoConnectionError():
            return "Elasticsearch does not answer"
        case UnsupportedProductError():
            return "what answers at PARTAGE_SEARCH_URL is not Elasticsearch"
        case AuthenticationException():
            return "Elasticsearch refuses the key (PARTAGE_SEARCH_API_KEY)"
        case AuthorizationException():
            return f"Elasticsearch does not allow it: {error.message}"
        case NotFoundError():
            return "the index has not been built yet"
        case ApiError():
            return f"Elasticsearch is too busy or not ready ({error.status_code})"
    return f"Elasticsearch does not answer ({type(error).__name__})"
