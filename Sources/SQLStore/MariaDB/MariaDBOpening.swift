internal import CMariaDB
internal import Configuration
internal import Glibc

/// Opens connections with the library's limits and its TLS set.
struct MariaDBOpening {
    private let configuration: ServerConfiguration
    /// CR_SSL_CONNECTION_ERROR.
    private static let noTLS = 2026

    /// Two threads that come first at once must not both prepare the library.
    private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
    }

    /// - Throws: `.unavailable`.
    func connect() throws(SQLError) -> UnsafeMutablePointer<MYSQL> {
        let tls = configuration.isLocalSocket ? .off : configuration.tls
        guard tls == .prefer else { return try connect(withTLS: tls != .off) }
        do {
            return try connect(withTLS: true)
        } catch  where error.message.hasSuffix("(MariaDB \(Self.noTLS))") {
            return try connect(withTLS: false)
        }
    }

    private func connect(withTLS isEncrypted: Bool) throws(SQLError) -> UnsafeMutablePointer<MYSQL> {
        guard Self.isLibraryReady, let session = mysql_init(nil) else {
            throw SQLError(.unavailable, "no memory for a connection")
        }
        setLimits(session)
        setTLS(session, isEncrypted)
        // No file of options, no environment: what is configured is all there is.
        let isLocal = configuration.isLocalSocket
        let flags = UInt(CLIENT_FOUND_ROWS)
        let opened = mysql_real_connect(
            session, isLocal ? nil : configuration.host, configuration.user, configuration.password?.revealed(),
            configuration.database, isLocal ? 0 : UInt32(clamping: configuration.port),
            isLocal ? configuration.host : nil, flags)
        guard opened != nil else {
            let error = SQLError(mariaDB: session, statement: "")
            mysql_close(session)
            throw SQLError(.unavailable, error.message)
        }
        setKeepalive(cmariadb_descriptor(session))
        return session
    }

    /// The library counts in whole seconds. It must not give up before the server would have cancelled the statement.
    private func setLimits(_ session: UnsafeMutablePointer<MYSQL>) {
        func seconds(_ milliseconds: Int) -> UInt32 { UInt32(clamping: max(1, (milliseconds + 999) / 1000)) }
        var connecting = seconds(configuration.connectTimeout)
        var waiting = seconds(configuration.statementTimeout + ServerConfiguration.grace)
        var reconnects: my_bool = 0
        mysql_options(session, MYSQL_OPT_CONNECT_TIMEOUT, &connecting)
        mysql_options(session, MYSQL_OPT_READ_TIMEOUT, &waiting)
        mysql_options(session, MYSQL_OPT_WRITE_TIMEOUT, &waiting)
        mysql_options(session, MYSQL_OPT_RECONNECT, &reconnects)
        mysql_options(session, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        // To the library "localhost" would mean its default socket.
        var protocolType = configuration.isLocalSocket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP
        mysql_options(session, MYSQL_OPT_PROTOCOL, &protocolType)
        var files: UInt32 = 0
        mysql_options(session, MYSQL_OPT_LOCAL_INFILE, &files)
    }

    private func setTLS(_ session: UnsafeMutablePointer<MYSQL>, _ isEncrypted: Bool) {
        var enforced: my_bool = isEncrypted ? 1 : 0
        var verified: my_bool = isEncrypted && configuration.tls == .verify ? 1 : 0
        mysql_options(session, MYSQL_OPT_SSL_ENFORCE, &enforced)
        mysql_options(session, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verified)
        if verified == 1 { mysql_options(session, MYSQL_OPT_SSL_CA, configuration.tlsCAFile) }
    }

    /// A peer that is gone is noticed by the system too, should nobody be waiting for it.
    private func setKeepalive(_ descriptor: Int32) {
        guard !configuration.isLocalSocket else { return }
        let limit = Int32(clamping: configuration.statementTimeout + ServerConfiguration.grace)
        let options: [(level: Int32, name: Int32, value: Int32)] = [
            (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 10),
            (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 3),
            (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3), (Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, limit),
        ]
        for option in options {
            var value = option.value
            setsockopt(descriptor, option.level, option.name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}
