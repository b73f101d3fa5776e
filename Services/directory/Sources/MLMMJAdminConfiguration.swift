internal import Configuration

/// `mlmmjadmin`: the web service that manages iRedMail's mailing lists and knows their subscribers.
struct MLMMJAdminConfiguration: Hashable, Sendable {
    /// `endpoint`: where it answers.
    var endpoint: String
    /// `token-file`: the file with the token that opens it.
    var token: Secret
    private var tokenFile: String
    /// `token-header`: the header that carries the token.
    var header: String
    /// `timeout`: how long an answer may take, in milliseconds.
    var timeout: Int
    /// `tls-ca-file`: the authorities that may vouch for an `https:` endpoint.
    var tlsCAFile: String

    init(from mapping: ConfigurationMapping) {
        endpoint = mapping.value("endpoint", default: "http://127.0.0.1:7790/api", as: .webAddress)
        token = mapping.secret("token")
        tokenFile = mapping.item("token-file")?.scalar?.text ?? ""
        header = mapping.value("token-header", default: "X-MLMMJADMIN-API-AUTH-TOKEN", as: .headerName)
        timeout = Int(
            mapping.duration("timeout", default: .seconds(2), in: .milliseconds(100)...(.seconds(20))).milliseconds)
        tlsCAFile = mapping.value("tls-ca-file", default: "/etc/ssl/certs/ca-certificates.crt", as: .certificates)
        let isClean = token.revealed().utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        if !isClean { mapping.report("token-file", "the token has characters that no header may have") }
    }

    func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("endpoint", ConfigurationNode(endpoint)), ("token-file", ConfigurationNode(tokenFile)),
            ("token-header", ConfigurationNode(header)),
            ("timeout", ConfigurationNode(.milliseconds(Int64(timeout)))),
            ("tls-ca-file", endpoint.hasPrefix("https:") ? ConfigurationNode(tlsCAFile) : nil),
        ])
    }
}

extension ConfigurationReading where Value == String {
    fileprivate static var webAddress: ConfigurationReading<String> {
        .parsed("an address such as http://127.0.0.1:7790/api", placeholder: "http://") { text in
            let isWeb = text.hasPrefix("http://") || text.hasPrefix("https://")
            guard isWeb, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), text.utf8.count <= 500 else { return nil }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }

    fileprivate static var headerName: ConfigurationReading<String> {
        .parsed("a header's name", placeholder: "X") { text in
            let isName = text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
            }
            return isName && (1...100).contains(text.utf8.count) ? text : nil
        }
    }

    fileprivate static var certificates: ConfigurationReading<String> {
        .parsed("the absolute path of a file with certificates", placeholder: "/") { $0.hasPrefix("/") ? $0 : nil }
    }
}
