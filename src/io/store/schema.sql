-- The store of one node, for one site or many: every row names its site.
--
-- Ids are UUIDv7 as 16 bytes, so that they sort by the time they were given. Instants are integers: milliseconds since
-- 1970-01-01 UTC. Booleans are 0 and 1. Nested values that are read as a whole are JSON texts. Degrees are WGS84.

-- Contents of files, each kept once however many versions have it.
CREATE TABLE catalog_content (
    hash   TEXT    NOT NULL PRIMARY KEY,    -- BLAKE3 of the bytes
    bytes  INTEGER NOT NULL,                -- how many they are
    packed BLOB    NOT NULL                 -- they, as gzip
) STRICT, WITHOUT ROWID;

-- The files of each version: never changed, and never without a part of it, since cases are explained by them.
CREATE TABLE catalog_file (
    site    TEXT NOT NULL,
    version TEXT NOT NULL,                  -- hash of the files, as reports and cases name it
    path    TEXT NOT NULL,                  -- in the site's folder
    hash    TEXT NOT NULL REFERENCES catalog_content (hash),
    PRIMARY KEY (site, version, path)
) STRICT, WITHOUT ROWID;

-- Which version was true from when: a row each time that one took the place of another, or that files and store were
-- found to be the same. The last row of a site is what is true now; its last row of origin files tells which version
-- its files held when they were last looked at. A version that comes back has another row.
CREATE TABLE catalog_version (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    site    TEXT    NOT NULL,
    version TEXT    NOT NULL,
    origin  TEXT    NOT NULL,               -- files: read from them, or written to them; edit: made in the service
    parent  TEXT,                           -- what was true before; NULL at the beginning
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL                -- who brought it
) STRICT;

CREATE INDEX catalog_version_by_site ON catalog_version (site, seq);

-- Each way up from a grid to the widest level above it that some case took: few, however many cases there are, and new
-- ones where borders are redrawn.
CREATE TABLE grid_path (
    path  INTEGER PRIMARY KEY,
    site  TEXT    NOT NULL,
    codes TEXT    NOT NULL,                 -- narrowest first, with spaces between
    UNIQUE (site, codes)
) STRICT;

-- The levels of each, so that a list can be of any of them.
CREATE TABLE grid_path_level (
    site TEXT    NOT NULL,
    code TEXT    NOT NULL,
    path INTEGER NOT NULL REFERENCES grid_path (path),
    PRIMARY KEY (site, code, path)
) STRICT, WITHOUT ROWID;

-- A case: something that somebody has to see to. The row is its present state.
CREATE TABLE cases (
    entry           INTEGER PRIMARY KEY,    -- for the other tables of this file: stays the same when it is vacuumed
    id              BLOB    NOT NULL UNIQUE,
    site            TEXT    NOT NULL,
    number          TEXT    NOT NULL,       -- for people: 2026-000123, unique in its site
    status          TEXT    NOT NULL,       -- see domain::case::Status
    is_open         INTEGER NOT NULL,       -- 0 once no further step is expected
    nature          TEXT    NOT NULL,       -- event or appeal
    category        TEXT,                   -- NULL until somebody knows
    visibility      TEXT    NOT NULL,       -- of its category when it was opened: public, staff, restricted
    department      TEXT,                   -- that leads, else that it was placed before
    path            INTEGER REFERENCES grid_path (path), -- of its grid; NULL where there is none
    outcome         TEXT    NOT NULL,       -- of the placement
    source          TEXT    NOT NULL,       -- the way in of its first report
    lon             REAL,
    lat             REAL,
    catalog_version TEXT    NOT NULL,       -- what it was placed with
    opened_at       INTEGER NOT NULL,
    due_at          INTEGER,                -- end of the first of the limits that run now
    wake_at         INTEGER,                -- when the next step up the ladder of lateness is due
    updated_at      INTEGER NOT NULL,       -- of its last step; of past years, when the last thing of it happened
    version         INTEGER NOT NULL,       -- grows by one with every change; stale changes are refused
    state           TEXT    NOT NULL,       -- JSON of domain::case::Case, with all the above
    UNIQUE (site, number)
) STRICT;

-- Lists are read newest first, by whichever of these leaves the least to read; what a list can be filtered by stands in
-- each, so that only cases that are shown are fetched. Heat and planners read nothing but the first.
CREATE INDEX case_by_opening    ON cases (site, opened_at, entry, status, department, category, path, visibility,
                                          is_open, due_at, lon, lat, source);
CREATE INDEX case_by_status     ON cases (site, status, opened_at, entry, department, category, path, visibility,
                                          is_open, due_at, lon, lat);
CREATE INDEX case_by_department ON cases (site, department, opened_at, entry, status, category, path, visibility,
                                          is_open, due_at, lon, lat);
CREATE INDEX case_by_category   ON cases (site, category, opened_at, entry, status, department, path, visibility,
                                          is_open, due_at, lon, lat);
CREATE INDEX case_by_path       ON cases (site, path, opened_at, entry, status, department, category, visibility,
                                          is_open, due_at, lon, lat);
-- Few cases are open at a time, however many there were.
CREATE INDEX case_open          ON cases (site, opened_at, entry)          WHERE is_open = 1;
CREATE INDEX case_open_by_due   ON cases (site, due_at)                    WHERE is_open = 1;
-- Whose lateness is to be told.
CREATE INDEX case_by_waking     ON cases (site, wake_at)                   WHERE wake_at IS NOT NULL;
-- What figures of a period have to look at: what has changed since, beside what is open.
CREATE INDEX case_by_update     ON cases (site, updated_at, opened_at, entry);
-- To find the same thing again.
CREATE INDEX case_open_by_place ON cases (site, category, lon, lat, entry) WHERE is_open = 1;

-- What planners knew of a case before it changed: where, of what, before whom, seen by whom, and whether it counted as an
-- incident. A row for each change of any of these, so that a report can be made again as of an earlier change.
CREATE TABLE case_before (
    case_entry  INTEGER NOT NULL REFERENCES cases (entry),
    until       INTEGER NOT NULL,           -- number in the log of the change that ended it
    site        TEXT    NOT NULL,
    lon         REAL,
    lat         REAL,
    category    TEXT,
    department  TEXT,
    visibility  TEXT    NOT NULL,
    is_incident INTEGER NOT NULL,
    PRIMARY KEY (case_entry, until)
) STRICT, WITHOUT ROWID;

CREATE INDEX case_before_by_end ON case_before (site, until, case_entry);

-- Planners' reports that were made at the end of a week and of a month. What it takes to make one again is kept, and not the
-- report itself.
CREATE TABLE hotspot_report (
    site            TEXT    NOT NULL,
    period          TEXT    NOT NULL,       -- 2026-W10, 2026-03
    made_at         INTEGER NOT NULL,
    as_of           TEXT    NOT NULL,       -- see io::store::AsOf
    catalog_version TEXT    NOT NULL,
    summary         TEXT    NOT NULL,       -- JSON of service::planning::Summary
    PRIMARY KEY (site, period)
) STRICT, WITHOUT ROWID;

-- The departments that a case is before, those that help included.
CREATE TABLE case_department (
    site       TEXT    NOT NULL,
    department TEXT    NOT NULL,
    case_entry INTEGER NOT NULL REFERENCES cases (entry),
    PRIMARY KEY (site, department, case_entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX case_department_by_case ON case_department (case_entry);

-- Every step of every case, in order: the case follows from it, and nothing in it is ever changed.
CREATE TABLE trail (
    case_entry INTEGER NOT NULL REFERENCES cases (entry),
    version    INTEGER NOT NULL,            -- of the case after it
    site       TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT    NOT NULL,            -- id of a member of staff, name of a token, resident, gridwatch
    action     TEXT    NOT NULL,            -- see domain::case::ActionKind
    step       TEXT    NOT NULL,            -- JSON of domain::case::Step, with all the above
    PRIMARY KEY (case_entry, version)
) STRICT, WITHOUT ROWID;

CREATE INDEX trail_by_actor ON trail (site, actor, at);

-- Where cases are, for the box of a map. Stored as 32-bit floats, rounded outward.
CREATE VIRTUAL TABLE case_place USING rtree (
    case_entry,
    min_lon, max_lon,
    min_lat, max_lat
);

-- What people told. Never changed but for the case that it belongs to.
CREATE TABLE report (
    entry           INTEGER PRIMARY KEY,    -- in the order in which they were accepted
    id              BLOB    NOT NULL UNIQUE,
    site            TEXT    NOT NULL,
    case_id         BLOB    NOT NULL REFERENCES cases (id),
    actor           TEXT    NOT NULL,       -- who sent it, as in the audit trail: a token's name; resident for all without one
    source          TEXT    NOT NULL,       -- the way in: resident, informant, hotline, …
    external_id     TEXT,                   -- the sender's own id; another sender's may be the same
    nature          TEXT    NOT NULL,
    category        TEXT,
    lon             REAL,
    lat             REAL,
    given           TEXT,                   -- JSON of the numbers as they came, with their datum
    accuracy_m      REAL,
    captured_at     INTEGER NOT NULL,
    received_at     INTEGER NOT NULL,
    description     TEXT,
    address         TEXT,
    place           TEXT,
    contact         TEXT,                   -- personal: only for who handles the case
    placed          TEXT    NOT NULL,       -- JSON of domain::duty::Placed
    catalog_version TEXT    NOT NULL
) STRICT;

CREATE INDEX report_by_case ON report (case_id, id);
-- What somebody told, for their record.
CREATE INDEX report_by_actor ON report (site, actor, received_at, entry);
CREATE UNIQUE INDEX report_by_external_id ON report (site, actor, source, external_id) WHERE external_id IS NOT NULL;

-- Photos and other evidence of a report: kept as files by their hash.
CREATE TABLE evidence (
    report      BLOB    NOT NULL REFERENCES report (id),
    site        TEXT    NOT NULL,
    rank        INTEGER NOT NULL,           -- in the order in which they were sent
    hash        TEXT    NOT NULL,           -- BLAKE3 of the bytes as they came, the name of the file
    media_type  TEXT    NOT NULL,
    bytes       INTEGER NOT NULL,
    camera      TEXT,                       -- id of the camera that it is a frame of; NULL where a person took it
    added_at    INTEGER NOT NULL,
    PRIMARY KEY (report, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX evidence_by_hash ON evidence (site, hash);

-- When and where photos were taken, by their own metadata: those that say either. It may tell where somebody lives, so what
-- is made of it is told, and not this.
CREATE TABLE shot (
    site     TEXT NOT NULL,
    hash     TEXT NOT NULL,
    taken_at INTEGER,
    lon      REAL,
    lat      REAL,
    PRIMARY KEY (site, hash)
) STRICT, WITHOUT ROWID;

-- Photos of steps: what was found on the spot, and what it looks like now that the work is done.
CREATE TABLE step_photo (
    site       TEXT    NOT NULL,
    hash       TEXT    NOT NULL,            -- BLAKE3 of the bytes as they came, the name of the file
    case_entry INTEGER NOT NULL,
    version    INTEGER NOT NULL,            -- of the step
    media_type TEXT    NOT NULL,
    PRIMARY KEY (site, hash, case_entry, version)
) STRICT, WITHOUT ROWID;

-- What cameras saw: in the queue until an operator, or a rule, has decided.
CREATE TABLE finding (
    entry      INTEGER PRIMARY KEY,         -- in the order in which they were seen
    id         BLOB    NOT NULL UNIQUE,
    site       TEXT    NOT NULL,
    status     TEXT    NOT NULL,            -- queued, confirmed, dismissed
    camera     TEXT    NOT NULL,
    visibility TEXT    NOT NULL,            -- of its category
    seen_at    INTEGER NOT NULL,
    snapshot   TEXT,                        -- hash of the picture
    case_id    BLOB REFERENCES cases (id),  -- once confirmed
    finding    TEXT    NOT NULL             -- JSON of domain::event::Finding, with all the above
) STRICT;

CREATE INDEX finding_by_status ON finding (site, status, entry);
CREATE INDEX finding_by_camera ON finding (site, camera, entry);
CREATE INDEX finding_by_snapshot ON finding (site, snapshot);

-- Answers already given, so that a repeated request is answered the same and done once.
CREATE TABLE idempotency (
    site     TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    key      TEXT    NOT NULL,              -- of the Idempotency-Key header
    request  TEXT    NOT NULL,              -- hash of the body: the same key with another body is a fault
    report   BLOB    NOT NULL REFERENCES report (id),
    given_at INTEGER NOT NULL,
    PRIMARY KEY (site, actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (given_at);

-- Steps already taken, by the key that their request came with.
CREATE TABLE step_key (
    site     TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    request  TEXT    NOT NULL,              -- hash of the body
    given_at INTEGER NOT NULL,
    PRIMARY KEY (site, actor, key)
) STRICT, WITHOUT ROWID;

-- What was done with patrol tasks (巡查任务): the tasks themselves follow from the site's instructions and the date, and a
-- task that nobody touched has no row. What was done keeps what it was about, whatever becomes of the instructions.
CREATE TABLE task_step (
    entry INTEGER PRIMARY KEY,
    site  TEXT    NOT NULL,
    task  TEXT    NOT NULL,                 -- begins with its day: 2026-03-04:P01:15062100100107:1
    deed  TEXT    NOT NULL,                 -- start, finish, skip
    actor TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    note  TEXT,
    lon   REAL,                             -- where whoever did it was
    lat   REAL,
    about TEXT    NOT NULL                  -- JSON of domain::patrol::Task
) STRICT;

CREATE INDEX task_step_by_task  ON task_step (site, task, entry);
CREATE INDEX task_step_by_actor ON task_step (site, actor, at, entry);

-- Visits (走访), planned and done.
CREATE TABLE visit (
    entry       INTEGER PRIMARY KEY,
    id          BLOB    NOT NULL UNIQUE,
    site        TEXT    NOT NULL,
    path        INTEGER REFERENCES grid_path (path),
    planned_for TEXT    NOT NULL,           -- a date
    planned_by  TEXT    NOT NULL,
    planned_at  INTEGER NOT NULL,
    done_by     TEXT,
    done_at     INTEGER,
    visit       TEXT    NOT NULL            -- JSON of domain::patrol::Visit, with all the above
) STRICT;

CREATE INDEX visit_by_day     ON visit (site, planned_for, entry, path);
CREATE INDEX visit_due        ON visit (site, planned_for, path) WHERE done_at IS NULL;
CREATE INDEX visit_by_planner ON visit (site, planned_by, planned_at, entry);
CREATE INDEX visit_by_doer    ON visit (site, done_by, done_at, entry);

-- Places that the staff found on their ways: additions to the register of the catalog, which is never changed. One that
-- the site's places.csv has taken over, by its code, counts no more.
CREATE TABLE place (
    entry    INTEGER PRIMARY KEY,
    site     TEXT    NOT NULL,
    code     TEXT    NOT NULL,
    path     INTEGER NOT NULL REFERENCES grid_path (path),
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    aliases  TEXT    NOT NULL,              -- JSON: a list of texts
    lon      REAL    NOT NULL,
    lat      REAL    NOT NULL,
    note     TEXT,
    added_at INTEGER NOT NULL,
    added_by TEXT    NOT NULL,
    UNIQUE (site, code)
) STRICT;

CREATE INDEX place_by_adder ON place (site, added_by, added_at, entry);

-- Visits and places made before, by the key that their request came with.
CREATE TABLE made_key (
    site     TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    request  TEXT    NOT NULL,              -- hash of the body
    made     TEXT    NOT NULL,              -- JSON of what was made, as it was answered
    given_at INTEGER NOT NULL,
    PRIMARY KEY (site, actor, key)
) STRICT, WITHOUT ROWID;

-- How long each camera was to give pictures, and gave them, day by day: its availability, and how long somebody looked.
CREATE TABLE camera_day (
    site      TEXT    NOT NULL,
    day       TEXT    NOT NULL,             -- 2026-03-04, in the site's zone
    camera    TEXT    NOT NULL,
    wanted_ms INTEGER NOT NULL,
    given_ms  INTEGER NOT NULL,
    PRIMARY KEY (site, day, camera)
) STRICT, WITHOUT ROWID;

-- Keys are forgotten after a week.
CREATE INDEX step_key_by_age ON step_key (given_at);
CREATE INDEX made_key_by_age ON made_key (given_at);

-- The last number given in a year.
CREATE TABLE number_given (
    site TEXT    NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (site, year)
) STRICT, WITHOUT ROWID;

-- What screens hear: one row for each change, numbered inside the commit, so that whoever has read up to a number has
-- missed nothing.
CREATE TABLE log (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    site   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    change TEXT    NOT NULL                 -- JSON of domain::update::Change
) STRICT;

-- Who did what: for every change its actor, and the object before and after.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    site   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    action TEXT    NOT NULL,
    object TEXT    NOT NULL,                -- kind and id: report 0193…
    before TEXT,                            -- JSON; NULL where there was nothing
    after  TEXT
) STRICT;

CREATE INDEX audit_by_actor ON audit (site, actor, at, id);

-- Trails are written once. Retention works on files and on whole cases, never on lines of a trail.
CREATE TRIGGER log_is_append_only_u   BEFORE UPDATE ON log   BEGIN SELECT RAISE (ABORT, 'log is append-only'); END;
CREATE TRIGGER log_is_append_only_d   BEFORE DELETE ON log   BEGIN SELECT RAISE (ABORT, 'log is append-only'); END;
CREATE TRIGGER trail_is_append_only_u BEFORE UPDATE ON trail BEGIN SELECT RAISE (ABORT, 'trail is append-only'); END;
CREATE TRIGGER trail_is_append_only_d BEFORE DELETE ON trail BEGIN SELECT RAISE (ABORT, 'trail is append-only'); END;
CREATE TRIGGER audit_is_append_only_u BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_append_only_d BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'audit is append-only'); END;
CREATE TRIGGER catalog_version_is_append_only_u BEFORE UPDATE ON catalog_version BEGIN SELECT RAISE (ABORT, 'catalog_version is append-only'); END;
CREATE TRIGGER catalog_version_is_append_only_d BEFORE DELETE ON catalog_version BEGIN SELECT RAISE (ABORT, 'catalog_version is append-only'); END;
CREATE TRIGGER catalog_file_is_append_only_u BEFORE UPDATE ON catalog_file BEGIN SELECT RAISE (ABORT, 'catalog_file is append-only'); END;
CREATE TRIGGER catalog_file_is_append_only_d BEFORE DELETE ON catalog_file BEGIN SELECT RAISE (ABORT, 'catalog_file is append-only'); END;

-- Who of the staff is on duty. Where they were is theirs: the last place alone, while on duty, for a day.
CREATE TABLE attendance (
    site        TEXT    NOT NULL,
    staff       TEXT    NOT NULL,
    on_duty     INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    lon         REAL,
    lat         REAL,
    position_at INTEGER,
    PRIMARY KEY (site, staff)
) STRICT, WITHOUT ROWID;

-- What the secrets are made with by which residents follow their reports.
CREATE TABLE site_key (
    site TEXT NOT NULL PRIMARY KEY,
    key  BLOB NOT NULL                      -- 32 random bytes
) STRICT, WITHOUT ROWID;

-- What members of the staff are told: written with the step that it tells of, and forgotten after a while.
CREATE TABLE notice (
    entry   INTEGER PRIMARY KEY,            -- in the order in which they were told
    id      BLOB    NOT NULL UNIQUE,
    site    TEXT    NOT NULL,
    staff   TEXT    NOT NULL,               -- whom it is for
    case_id BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    read_at INTEGER,                        -- NULL until it was read
    notice  TEXT    NOT NULL                -- JSON of domain::case::Notice
) STRICT;

CREATE INDEX notice_by_staff ON notice (site, staff, entry);
CREATE INDEX notice_unread   ON notice (site, staff, entry) WHERE read_at IS NULL;
CREATE INDEX notice_by_age   ON notice (site, at);

-- What goes out of the house: written with the step that it tells of, deleted once it was taken.
CREATE TABLE outbox (
    entry    INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE,       -- for the receiver to know a repetition by
    site     TEXT    NOT NULL,
    channel  TEXT    NOT NULL,              -- name of the webhook
    made_at  INTEGER NOT NULL,
    message  TEXT    NOT NULL,              -- JSON of domain::case::Message
    failures INTEGER NOT NULL,
    why      TEXT,                          -- JSON of the last failure
    next_at  INTEGER                        -- when it is tried next; NULL: a dead letter
) STRICT;

CREATE INDEX outbox_by_turn ON outbox (site, channel, next_at, entry) WHERE next_at IS NOT NULL;
CREATE INDEX outbox_dead    ON outbox (site, entry)                   WHERE next_at IS NULL;

-- Passwords of the staff, and how often somebody tried a wrong one. The row without a name is that of all names that
-- are nobody's, so that trying one takes as long as trying a real one.
CREATE TABLE account (
    site         TEXT    NOT NULL,
    staff        TEXT    NOT NULL,
    password     TEXT,                      -- argon2id with its salt and cost; NULL where none was chosen
    failures     INTEGER NOT NULL,          -- in a row
    locked_until INTEGER,
    PRIMARY KEY (site, staff)
) STRICT, WITHOUT ROWID;

-- Keys of programs, and sessions of people. Of each only a hash is kept.
CREATE TABLE token (
    hash       TEXT    NOT NULL PRIMARY KEY, -- BLAKE3 of the secret
    site       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,             -- sign_in: once, for a session; session; api
    actor      TEXT    NOT NULL,             -- JSON of domain::people::Actor; of a person the name alone counts
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
