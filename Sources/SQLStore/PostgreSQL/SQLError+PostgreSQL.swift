internal import CPostgreSQL

extension SQLError {
    /// The error that a result holds.
    init(postgreSQL result: OpaquePointer, statement: String) {
        let state = cpostgresql_sqlstate(result).map { String(cString: $0) } ?? ""
        self.init(
            Code(sqlState: state), "\(Self.message(result, state)) (PostgreSQL \(state.isEmpty ? "client" : state))",
            statement: statement)
    }

    /// The messages of the classes 22 and 23 may hold values; what they concern is said without.
    private static func message(_ result: OpaquePointer, _ state: String) -> String {
        guard state.hasPrefix("22") || state.hasPrefix("23") else {
            let words = cpostgresql_message(result) ?? UnsafePointer(PQresultErrorMessage(result))
            return words.map { String(cString: $0).split(whereSeparator: \.isNewline).joined(separator: "; ") } ?? ""
        }
        let name = cpostgresql_constraint(result) ?? cpostgresql_column(result)
        let subject = name.map { " of \(String(cString: $0))" } ?? ""
        return state.hasPrefix("23") ? "a constraint\(subject) refuses the row" : "a value\(subject) does not fit"
    }
}

extension SQLError.Code {
    /// The code of an SQLSTATE of PostgreSQL; the empty one is libpq's own.
    init(sqlState state: String) {
        switch state {
        case "": self = .unavailable
        case "25006": self = .readOnly
        case "40001", "40P01", "55P03": self = .busy
        case "42501": self = .denied
        case "42P01", "42703", "42883", "3F000": self = .schema
        case "53100", "53400": self = .full
        case "57014": self = .timeout
        default: self.init(sqlStateClass: state.prefix(2))
        }
    }

    private init(sqlStateClass name: Substring) {
        switch name {
        case "08", "28", "3D", "53", "57": self = .unavailable
        case "22", "23": self = .constraint
        case "58": self = .ioError
        case "XX": self = .corrupt
        default: self = .other
        }
    }
}
