# SPDX-License-Identifier: Apache-2.0
"""Settings (配置): what the environment decides. Secrets come from nowhere else. I/O: environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every value can be set by an environment variable of the same name, or in a file `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    keys_url: str = Field(default="", description="where the keys of pictures lie, apart from what they open")
    retention_file: Path | None = Field(default=None, description="periods other than those of identity/retention.toml")
    master_key: SecretStr = Field(default=SecretStr(""), description="32 bytes in hexadecimal")
    public_url: str = "http://127.0.0.1:8000"
    bureau_url: str = "http://127.0.0.1:8001"
    bureau_token: SecretStr = SecretStr("")
    review_body: str = Field(
        default="南京市栖霞区人民政府", description="who reconsiders a decision (行政复议法第24条)"
    )
    court_name: str = Field(default="南京铁路运输法院", description="the competent court: have a lawyer confirm it")
    review_url: str = Field(
        default="https://www.jszwfw.gov.cn", description="where reconsideration is asked for online"
    )
    registrar_name: str = "南京市栖霞区行政审批局"
    demonstration: bool = Field(default=False, description="demonstration accounts and the page of sent messages")
    straight_through: bool = Field(default=False, description="let the machine approve a case without any finding")
    face_workers: int = 2
    face_model: str = Field(default="bundled", description="path of a dlib or ONNX file, or two with a comma between")
    face_model_sha256: str = Field(default="", description="of each file in face_model that is not bundled")
    face_method: str = Field(default="plain", description="plain, flip or jitter")
    face_cohort: str = Field(default="", description="a file of descriptions of strangers for each model")
    staff_idle_minutes: int = Field(default=30, ge=1, le=240, description="unused for so long, a session of staff ends")
    staff_session_hours: int = Field(default=10, ge=1, le=24)
    applicant_idle_hours: int = Field(default=24, ge=1, le=24 * 14)
    applicant_session_days: int = Field(default=14, ge=1, le=30)
    sms_url: str = Field(default="", description="gateway of text messages (docs/sms-contract.md); empty: none leave")
    sms_secret: SecretStr = Field(default=SecretStr(""), description="known to the gateway and to us")
    oidc_providers: Path | None = Field(default=None, description="TOML of the directories that may say who signs in")
    callers: Path | None = Field(default=None, description="TOML of the partners whose programmes may ask")
    partners: Path | None = Field(default=None, description="TOML of the partners that may vouch for a person")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'approval.db'}"

    @property
    def keys_database(self) -> str:
        return self.keys_url or f"sqlite:///{self.data_dir.resolve() / 'keys.db'}"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
