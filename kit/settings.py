# SPDX-License-Identifier: Apache-2.0
"""Settings (配置): what the environment decides. Secrets come from nowhere else. I/O: environment."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every value can be set by an environment variable of the same name, or in a file `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    data_dir: Path = Field(default=Path("data"), description="folder of the database, files and keys of its own")
    database_url: str = Field(default="", description="`postgresql+psycopg://…`; empty: SQLite in DATA_DIR")
    keys_url: str = Field(default="", description="where the keys of pictures and cases lie, apart from what they open")
    retention_file: Path | None = Field(default=None, description="periods other than those of identity/retention.toml")
    master_key: SecretStr = Field(default=SecretStr(""), description="32 bytes in hexadecimal")
    master_key_file: Path | None = Field(default=None, description="a file of mode 600 with the master key instead")
    master_key_wrapped: Path | None = Field(default=None, description="or a file with it as KMS_URL wrapped it")
    old_master_key: SecretStr = Field(default=SecretStr(""), description="the one before, until `keys rotate` is done")
    old_master_key_file: Path | None = Field(default=None, description="a file of mode 600 with the one before")
    old_master_key_wrapped: Path | None = Field(default=None, description="or a file with it as KMS_URL wrapped it")
    kms_url: str = Field(default="", description="where keys are wrapped and unwrapped (docs/kms-contract.md)")
    kms_secret: SecretStr = Field(default=SecretStr(""), description="signs what is asked of KMS_URL")
    kms_certificate: Path | None = Field(default=None, description="PEM of our certificate and key towards KMS_URL")
    kms_ca: Path | None = Field(default=None, description="PEM of the authority that vouches for KMS_URL")
    public_url: str = Field(default="http://127.0.0.1:8000", description="our address, printed into QR codes")
    bureau_url: str = Field(default="http://127.0.0.1:8001", description="the credit bureau (docs/bureau-contract.md)")
    bureau_token: SecretStr = Field(default=SecretStr(""), description="by which the bureau knows us")
    bureau_secret: SecretStr = Field(default=SecretStr(""), description="signs what it is asked; empty: unsigned")
    bureau_second_url: str = Field(default="", description="a second bureau for when the first does not answer")
    bureau_second_token: SecretStr = Field(default=SecretStr(""), description="by which the second bureau knows us")
    bureau_second_secret: SecretStr = Field(default=SecretStr(""), description="signs what the second is asked")
    bureau_authority: Path | None = Field(default=None, description="PEM of who certifies the bureaus")
    bureau_certificate: Path | None = Field(default=None, description="PEM of ours that is shown to them (mutual TLS)")
    bureau_certificate_key: Path | None = Field(default=None, description="PEM of its key, mode 600")
    review_body: str = Field(
        default="南京市栖霞区人民政府", description="who reconsiders a decision (行政复议法第24条)"
    )
    court_name: str = Field(default="南京铁路运输法院", description="the competent court: have a lawyer confirm it")
    review_url: str = Field(
        default="https://www.jszwfw.gov.cn", description="where reconsideration is asked for online"
    )
    registrar_name: str = Field(default="南京市栖霞区行政审批局", description="in whose name is decided and issued")
    demonstration: bool = Field(default=False, description="demonstration accounts and the page of sent messages")
    straight_through: bool = Field(default=False, description="let the machine approve a case without any finding")
    face_workers: int = Field(default=2, description="processes that look at pictures and files")
    face_model: str = Field(default="bundled", description="path of a dlib or ONNX file, or two with a comma between")
    face_model_sha256: str = Field(default="", description="of each file in face_model that is not bundled")
    face_method: str = Field(default="plain", description="plain, flip or jitter")
    face_cohort: str = Field(default="", description="a file of descriptions of strangers for each model")
    log_key_file: Path | None = Field(default=None, description="Ed25519 key of the decision log; made if missing")
    log_origin: str = Field(default="", description="name of the log in checkpoints; the host of PUBLIC_URL with /log")
    most_log_behind_s: int = Field(default=300, ge=1, description="an entry waits longer for its place: not ready")
    checkpoint_dir: Path | None = Field(default=None, description="folder off this host that keeps checkpoints")
    witness_url: str = Field(default="", description="a C2SP tlog-witness that cosigns checkpoints")
    witness_key: str = Field(default="", description="its key, as a vkey")
    audit_contact: str = Field(default="本机关审计员", description="whom to call when the decision log is broken")
    backup_key: SecretStr = Field(default=SecretStr(""), description="32 bytes in hexadecimal that seal backups")
    worker_metrics_port: int = Field(
        default=0, ge=0, le=65_000, description="of 127.0.0.1, where a worker shows its metrics; 0: nowhere"
    )
    metrics_token: SecretStr = Field(default=SecretStr(""), description="of whoever may read /metrics; empty: nobody")
    staff_idle_minutes: int = Field(default=30, ge=1, le=240, description="unused for so long, a session of staff ends")
    staff_session_hours: int = Field(default=10, ge=1, le=24, description="the longest session of staff")
    applicant_idle_hours: int = Field(default=24, ge=1, le=24 * 14, description="unused, an applicant's ends")
    applicant_session_days: int = Field(default=14, ge=1, le=30, description="the longest of an applicant")
    sms_url: str = Field(default="", description="gateway of text messages (docs/sms-contract.md); empty: none leave")
    sms_secret: SecretStr = Field(default=SecretStr(""), description="known to the gateway and to us")
    oidc_providers: Path | None = Field(default=None, description="TOML of the directories that may say who signs in")
    callers: Path | None = Field(default=None, description="TOML of the partners whose programmes may ask")
    hooks: Path | None = Field(
        default=None, description="TOML: which department's system takes what it is told; or none"
    )
    hook_secret: SecretStr = Field(default=SecretStr(""), description="from which each department's own key follows")
    leaked_passwords: Path | None = Field(default=None, description="hashes of stolen passwords, in order; or none")
    scanner_url: str = Field(default="", description="clamd that looks for known malware in what is uploaded; or none")
    partners: Path | None = Field(default=None, description="TOML of the partners that may vouch for a person")

    # Where the service is reached, and through whom.
    hosts: str = Field(default="", description="further names the service answers to, with commas between")
    trusted_proxies: str = Field(default="127.0.0.1", description="whose word counts for who asks and over what")
    # Limits: how often, before the answer is 429. None can be switched off; what is shared by many is multiplied.
    people_per_address: int = Field(default=1, ge=1, description="how many people ask from one address, as in a hall")
    most_sign_ins: int = Field(default=30, ge=1, description="of staff, by address and hour")
    most_passwords: int = Field(default=20, ge=1, description="tried for one user name, by address and hour")
    most_codes: int = Field(default=20, ge=1, description="sent to phones, by address and hour")
    most_code_tries: int = Field(default=60, ge=1, description="by address and hour")
    most_uploads: int = Field(default=200, ge=1, description="by account and day")
    most_lookups: int = Field(default=100, ge=1, description="of names at the bureau, by account and day")
    most_checks: int = Field(default=60, ge=1, description="of licence files, by address and hour")
    most_guesses: int = Field(default=30, ge=1, description="of addresses that lead nowhere, by address and hour")
    most_reads: int = Field(default=300, ge=1, description="of verification pages, by address, minute and process")
    most_exports: int = Field(default=50, ge=1, description="by account and day")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'approval.db'}"

    @property
    def keys_database(self) -> str:
        return self.keys_url or f"sqlite:///{self.data_dir.resolve() / 'keys.db'}"

    @property
    def log_key(self) -> Path:
        return self.log_key_file or self.data_dir / "keys" / "log.key"

    @property
    def origin(self) -> str:
        """The name of the log: without a port, so that it stays the same when the service moves to another."""
        return self.log_origin or f"{urlsplit(self.public_url).hostname}/log"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """Names that a request may ask for: the public one, those added, and this machine while it is tried out."""
        named = [urlsplit(self.public_url).hostname or "", *(name.strip() for name in self.hosts.split(","))]
        return [name for name in (*named, *(() if self.is_https else ("127.0.0.1", "localhost"))) if name]
