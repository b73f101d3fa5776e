import Foundation

/// The directory service: mail of users who logged in, with sender-login, access-list and alias-access, on PostgreSQL.
struct DirectoryRows {
    let installation: Installation
    let measure: (Row) throws -> Void
    let start: (Suite.Variant) throws -> Suite
    let leaveOut: (_ row: String, _ reason: String) -> Void
    let stopLater: (PostgreSQL) -> Void

    /// Mailboxes, aliases and entries of lists of a small site, and of a large one.
    private static let small = 1_000
    private static let large = 100_000

    private static let users = 2_000
    private static let warm = Load(kind: .submission, expected: ["DUNNO"], spread: users)
    private static let cold = Load(kind: .submission, expected: ["DUNNO"])

    func run(_ floor: Floor) throws {
        let name = "directory"
        guard let programs = PostgreSQL.installedPrograms() else {
            return leaveOut("\(name), PostgreSQL", "the server is not installed")
        }
        let few = try site("directory-small", of: Self.small, programs)
        let many = try site("directory-large", of: Self.large, programs)
        try warmUp(few)
        try measure(
            Row(
                name: "directory, warm", requirements: [.ratio(0.22)], contender: contender(few, Self.warm),
                opponent: floor.contender(Self.warm)))
        try measure(
            Row(
                name: "directory, cold", requirements: [.rate(8_000)],
                contender: contender(few, Self.cold, isFresh: true),
                opponent: floor.contender(Self.cold)))
        let rows = "\(Self.large) rows against \(Self.small)"
        try warmUp(few)
        try warmUp(many)
        try measure(
            Row(
                name: "directory, warm, \(rows)", requirements: [.ratio(0.8)], contender: contender(many, Self.warm),
                opponent: contender(few, Self.warm)))
        try measure(
            Row(
                name: "directory, cold, \(rows)", requirements: [.ratio(0.8)],
                contender: contender(many, Self.cold, isFresh: true),
                opponent: contender(few, Self.cold, isFresh: true)))
    }

    /// Lets the directory learn of all users, so that what follows is asked of memory.
    private func warmUp(_ site: (suite: Suite, server: PostgreSQL)) throws {
        var each = Self.warm
        each.spread = nil
        each.requests = Self.users
        _ = try each.run(at: site.suite.policyPort, installation)
    }

    private func contender(
        _ site: (suite: Suite, server: PostgreSQL), _ load: Load, isFresh: Bool = false
    ) -> Contender {
        var contender = site.suite.policy(load, isFresh: isFresh)
        contender.databaseProcesses = { site.server.processes }
        return contender
    }

    private func site(
        _ name: String, of rows: Int, _ programs: URL
    ) throws -> (suite: Suite, server: PostgreSQL) {
        let directory = installation.scratch.appendingPathComponent("\(name)-postgresql")
        let server = try PostgreSQL(programs: programs, directory: directory)
        stopLater(server)
        let database = "vmail"
        try server.create(database)
        try server.execute(Self.tables, in: database)
        try server.execute(Self.content(rows), in: database)
        let place = "{ engine: postgresql, host: \(directory.path), database: \(database), user: postgres }"
        let variant = Suite.Variant(
            name: name,
            frontend: """
                  policies:
                    default: { RCPT: [sender-login, access-list, alias-access] }
                """,
            directory: """
                  accounts: \(place)
                  lists: \(place)
                  reverse-names: \(place)
                """)
        return (try start(variant), server)
    }

    // MARK: Tables

    private static let tables = """
        CREATE TABLE domain (domain varchar(255) PRIMARY KEY, backupmx int2 NOT NULL DEFAULT 0,
            active int2 NOT NULL DEFAULT 1);
        CREATE TABLE alias_domain (alias_domain varchar(255) PRIMARY KEY, target_domain varchar(255) NOT NULL,
            active int2 NOT NULL DEFAULT 1);
        CREATE TABLE mailbox (username varchar(255) PRIMARY KEY, domain varchar(255) NOT NULL,
            passwordlastchange timestamp NOT NULL DEFAULT now(), active int2 NOT NULL DEFAULT 1);
        CREATE TABLE alias (address varchar(255) PRIMARY KEY, domain varchar(255) NOT NULL,
            accesspolicy varchar(30) NOT NULL DEFAULT '', active int2 NOT NULL DEFAULT 1);
        CREATE TABLE maillists (id serial PRIMARY KEY, address varchar(255) NOT NULL UNIQUE,
            accesspolicy varchar(30) NOT NULL DEFAULT '', active int2 NOT NULL DEFAULT 1);
        CREATE TABLE forwardings (id serial PRIMARY KEY, address varchar(255) NOT NULL,
            forwarding varchar(255) NOT NULL, is_list int2 NOT NULL DEFAULT 0, is_alias int2 NOT NULL DEFAULT 0,
            active int2 NOT NULL DEFAULT 1, UNIQUE (address, forwarding));
        CREATE TABLE moderators (address varchar(255) NOT NULL, moderator varchar(255) NOT NULL,
            UNIQUE (address, moderator));
        CREATE TABLE maillist_owners (address varchar(255) NOT NULL, owner varchar(255) NOT NULL,
            UNIQUE (address, owner));
        CREATE TABLE users (id serial PRIMARY KEY, priority integer NOT NULL DEFAULT 7,
            policy_id integer NOT NULL DEFAULT 1, email bytea NOT NULL UNIQUE);
        CREATE TABLE mailaddr (id serial PRIMARY KEY, priority integer NOT NULL DEFAULT 7,
            email bytea NOT NULL UNIQUE);
        CREATE TABLE wblist (rid integer NOT NULL, sid integer NOT NULL, wb varchar(10) NOT NULL,
            PRIMARY KEY (rid, sid));
        CREATE TABLE outbound_wblist (rid integer NOT NULL, sid integer NOT NULL, wb varchar(10) NOT NULL,
            PRIMARY KEY (rid, sid));
        """

    /// So many mailboxes, aliases, and black entries of the server and of each user.
    private static func content(_ rows: Int) -> String {
        """
        INSERT INTO domain (domain) VALUES ('example.com');
        INSERT INTO mailbox (username, domain)
            SELECT 'user' || n || '@example.com', 'example.com' FROM generate_series(0, \(rows - 1)) n;
        INSERT INTO alias (address, domain, accesspolicy)
            SELECT 'alias' || n || '@example.com', 'example.com', 'membersonly' FROM generate_series(0, \(rows - 1)) n;
        INSERT INTO forwardings (address, forwarding, is_list)
            SELECT 'alias' || n || '@example.com', 'user' || n || '@example.com', 1
            FROM generate_series(0, \(rows - 1)) n;
        INSERT INTO users (id, priority, email) VALUES (1, 0, '@.');
        INSERT INTO users (id, priority, email)
            SELECT n + 2, 10, convert_to('user' || n || '@example.com', 'UTF8')
            FROM generate_series(0, \(rows - 1)) n;
        INSERT INTO mailaddr (id, priority, email)
            SELECT n + 1, 10, convert_to('bad' || n || '@spam' || n || '.example', 'UTF8')
            FROM generate_series(0, \(rows - 1)) n;
        INSERT INTO wblist (rid, sid, wb) SELECT 1, n + 1, 'B' FROM generate_series(0, \(rows - 1)) n;
        INSERT INTO wblist (rid, sid, wb) SELECT n + 2, n + 1, 'B' FROM generate_series(0, \(rows - 1)) n;
        ANALYZE;
        """
    }
}
