-- SPDX-License-Identifier: Apache-2.0
-- After every `main.py migrate`, by the owner: psql -U approval_owner -1 -f deploy/postgresql/grants.sql approval
-- The service reads and writes rows and changes no table. Of the decision log it may add entries, and change nothing of
-- them but that one without a place gets it. May be run again at any time.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public, dbos TO approval;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, dbos TO approval;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public, dbos TO approval;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA dbos TO approval;
-- Tables of the next release, until this file is run again.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO approval;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO approval;

-- Which migrations were done is the owner's to say.
REVOKE INSERT, UPDATE, DELETE ON alembic_version, dbos.dbos_migrations FROM approval;

-- The decision log. What erases personal words takes away rows of log_disclosure: that stays allowed.
REVOKE UPDATE, DELETE, TRUNCATE ON log_entry, log_tile, log_checkpoint FROM approval;
GRANT UPDATE (index) ON log_entry TO approval;
GRANT UPDATE (hashes) ON log_tile TO approval;       -- a partial tile grows
GRANT UPDATE (note) ON log_checkpoint TO approval;   -- gains the lines of witnesses

CREATE OR REPLACE FUNCTION log_entry_keeps_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the decision log keeps its place' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER IF EXISTS log_entry_keeps_its_place ON log_entry;
CREATE TRIGGER log_entry_keeps_its_place BEFORE UPDATE ON log_entry
    FOR EACH ROW WHEN (OLD.index IS NOT NULL) EXECUTE FUNCTION log_entry_keeps_its_place();
