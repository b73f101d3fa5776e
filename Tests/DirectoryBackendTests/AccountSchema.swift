import SQLStore

/// The tables of iRedMail, Amavisd and iRedAPD as their installers make them, as far as they are looked at.
enum AccountSchema {
    static func script(_ dialect: SQLDialect) -> String {
        let isPostgreSQL = dialect == .postgreSQL
        let flag = isPostgreSQL ? "INT2" : "TINYINT(1)"
        let time =
            isPostgreSQL
            ? "TIMESTAMP WITHOUT TIME ZONE NOT NULL DEFAULT NOW()" : "DATETIME NOT NULL DEFAULT '1970-01-01 01:01:01'"
        let text = isPostgreSQL ? "TEXT NOT NULL DEFAULT ''" : "TEXT"
        let id = isPostgreSQL ? "SERIAL PRIMARY KEY" : "BIGINT(20) UNSIGNED AUTO_INCREMENT PRIMARY KEY"
        func unique(_ columns: String) -> String { isPostgreSQL ? "UNIQUE (\(columns))" : "UNIQUE INDEX (\(columns))" }
        func name(_ column: String) -> String { "\(column) VARCHAR(255) NOT NULL DEFAULT ''" }
        return """
            CREATE TABLE domain (\(name("domain")), backupmx \(flag) NOT NULL DEFAULT 0, active \(flag) NOT NULL DEFAULT 1, PRIMARY KEY (domain));
            CREATE TABLE alias_domain (\(name("alias_domain")), \(name("target_domain")), active \(flag) NOT NULL DEFAULT 1, PRIMARY KEY (alias_domain));
            CREATE TABLE mailbox (\(name("username")), \(name("domain")), passwordlastchange \(time), enablesmtp \(flag) NOT NULL DEFAULT 1, allowedsenders \(text), rejectedsenders \(text), allowedrecipients \(text), rejectedrecipients \(text), active \(flag) NOT NULL DEFAULT 1, PRIMARY KEY (username));
            CREATE TABLE alias (\(name("address")), accesspolicy VARCHAR(30) NOT NULL DEFAULT '', \(name("domain")), active \(flag) NOT NULL DEFAULT 1, PRIMARY KEY (address));
            CREATE TABLE maillists (id \(id), \(name("address")), \(name("domain")), accesspolicy VARCHAR(30) NOT NULL DEFAULT '', active \(flag) NOT NULL DEFAULT 1, \(unique("address")));
            CREATE TABLE forwardings (id \(id), \(name("address")), \(name("forwarding")), \(name("domain")), \(name("dest_domain")), is_maillist \(flag) NOT NULL DEFAULT 0, is_list \(flag) NOT NULL DEFAULT 0, is_forwarding \(flag) NOT NULL DEFAULT 0, is_alias \(flag) NOT NULL DEFAULT 0, active \(flag) NOT NULL DEFAULT 1, \(unique("address, forwarding")));
            CREATE TABLE moderators (id \(id), \(name("address")), \(name("moderator")), \(name("domain")), \(name("dest_domain")), \(unique("address, moderator")));
            CREATE TABLE maillist_owners (id \(id), \(name("address")), \(name("owner")), \(name("domain")), \(name("dest_domain")), \(unique("address, owner")));
            """
    }

    static func lists(_ dialect: SQLDialect) -> String {
        let isPostgreSQL = dialect == .postgreSQL
        let id = isPostgreSQL ? "serial PRIMARY KEY" : "int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY"
        let bytes = isPostgreSQL ? "bytea" : "varbinary(255)"
        return """
            CREATE TABLE users (id \(id), priority integer NOT NULL DEFAULT 7, policy_id integer NOT NULL DEFAULT 1, email \(bytes) NOT NULL UNIQUE, fullname varchar(255) DEFAULT NULL);
            CREATE TABLE mailaddr (id \(id), priority integer NOT NULL DEFAULT 7, email \(bytes) NOT NULL UNIQUE);
            CREATE TABLE wblist (rid integer NOT NULL, sid integer NOT NULL, wb varchar(10) NOT NULL, PRIMARY KEY (rid, sid));
            CREATE TABLE outbound_wblist (rid integer NOT NULL, sid integer NOT NULL, wb varchar(10) NOT NULL, PRIMARY KEY (rid, sid));
            """
    }

    static func reverseNames(_ dialect: SQLDialect) -> String {
        let id = dialect == .postgreSQL ? "SERIAL PRIMARY KEY" : "BIGINT(20) UNSIGNED AUTO_INCREMENT PRIMARY KEY"
        return """
            CREATE TABLE wblist_rdns (id \(id), rdns VARCHAR(255) NOT NULL DEFAULT '' UNIQUE, wb VARCHAR(10) NOT NULL DEFAULT 'B');
            """
    }

    /// A moment in Unix seconds as the column has it.
    static func time(_ value: String, _ dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite: "datetime(\(value), 'unixepoch')"
        case .postgreSQL: "TIMESTAMP '1970-01-01' + \(value) * INTERVAL '1 second'"
        case .mariaDB: "TIMESTAMPADD(SECOND, \(value), '1970-01-01 00:00:00')"
        }
    }
}
