internal import CMariaDB

extension SQLError {
    /// The last error of a connection.
    init(mariaDB session: UnsafeMutablePointer<MYSQL>, statement: String) {
        self.init(mariaDB: mysql_errno(session), mysql_error(session), statement)
    }

    /// The last error of a statement.
    init(mariaDB handle: UnsafeMutablePointer<MYSQL_STMT>, statement: String) {
        self.init(mariaDB: mysql_stmt_errno(handle), mysql_stmt_error(handle), statement)
    }

    private init(mariaDB number: UInt32, _ words: UnsafePointer<CChar>?, _ statement: String) {
        let code = Code(mariaDB: number)
        let text = words.map { String(cString: $0) } ?? ""
        // The server's words about a row hold its values.
        let message = code == .constraint ? "a constraint or a column refuses the row" : text
        self.init(code, "\(message) (MariaDB \(number))", statement: statement)
    }
}

extension SQLError.Code {
    /// The code of an error's number. From 2000 on they are the library's own.
    init(mariaDB number: UInt32) {
        switch number {
        case 1205, 1213, 1020, 1637: self = .busy
        case 1044, 1142, 1143, 1227, 1370: self = .denied
        case 1048, 1062, 1169, 1264, 1265, 1292, 1366, 1406, 1451, 1452, 3819, 4025: self = .constraint
        case 1290, 1792, 1836: self = .readOnly
        case 1021, 1041, 1114: self = .full
        case 1969, 3024, 1028: self = .timeout
        case 1049, 1051, 1054, 1146, 1305: self = .schema
        case 1030, 1026: self = .ioError
        case 1034, 1035, 1194, 1712: self = .corrupt
        case 1040, 1045, 1053, 1077, 1079, 1129, 1130, 1152...1161, 1203, 1226, 1927, 4031: self = .unavailable
        case 2000...2999, 5000...5999: self = .unavailable
        default: self = .other
        }
    }
}
