/// The engines, by the SQL that they understand.
public enum SQLDialect: String, Hashable, Sendable, CaseIterable {
    /// SQLite.
    case sqlite
    /// PostgreSQL.
    case postgreSQL = "postgresql"
    /// MariaDB, and MySQL.
    case mariaDB = "mariadb"
}
