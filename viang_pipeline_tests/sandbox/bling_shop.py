"""The ERP side of the small shop: accounts, bearers and questions over real HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.notation import from_wall
from viang_pipeline_tests.sandbox.shop import DAY, START, Shop

API = "/Api/v3"
OLD = START - 300 * DAY


def wall(text: str) -> datetime:
    """The instant of a Brasília wall time such as ``2026-03-09 23:30:00``."""
    return from_wall(datetime.fromisoformat(text))


@dataclass
class Erp:
    """What a test of Bling needs; each test opens an account of its own."""

    shop: Shop

    def account(self, **given: Any) -> BlingAccount:
        """A new account, opened long ago."""
        seller, _ = self.shop.seller()
        return self.shop.world.bling.open_account(seller, at=OLD, **given)

    def bearer(self, account: BlingAccount) -> dict[str, str]:
        """The headers of a living authorisation."""
        pair = self.shop.sandbox.bling.grants.pair(account.seller_id) or self.shop.sandbox.bling.tokens(
            account.seller_id
        )
        return {"Authorization": f"Bearer {pair.access_token}", "enable-jwt": "1", "Accept": "application/json"}

    def get(self, account: BlingAccount, path: str, /, **params: Any) -> httpx.Response:
        """A GET; a list parameter is named without its brackets, which are added to lists."""
        named = {f"{name}[]" if isinstance(value, list) else name: value for name, value in params.items()}
        return self.shop.http.get(f"{API}{path}", params=named, headers=self.bearer(account))

    def data(self, account: BlingAccount, path: str, /, **params: Any) -> Any:
        """What ``data`` holds in a 200."""
        answer = self.get(account, path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def ids(self, account: BlingAccount, path: str, /, **params: Any) -> list[int]:
        """The ids of a list."""
        return [row["id"] for row in self.data(account, path, **params)]

    def token(self, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
        """A call of the token endpoint with the application's Basic header."""
        sandbox = self.shop.sandbox
        return self.shop.http.post(
            f"{API}/oauth/token",
            data=form,
            auth=(sandbox.bling.application.app_id, sandbox.bling.application.secret),
            headers={"enable-jwt": "1", "Accept": "1.0"} if headers is None else headers,
        )

    def exchange(self, code: str) -> httpx.Response:
        """A code for a pair."""
        return self.token(grant_type="authorization_code", code=code)

    def refresh(self, refresh_token: str) -> httpx.Response:
        """The next pair."""
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)
