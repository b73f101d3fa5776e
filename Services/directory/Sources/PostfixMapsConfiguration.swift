internal import Configuration

/// `postfix-maps`: Postfix's own tables of domains and addresses, for sites without iRedMail.
struct PostfixMapsConfiguration: Hashable, Sendable {
    /// `config-directory`: where main.cf is.
    var configDirectory: String
    /// `command-directory`: where postconf(1) and postmap(1) are.
    var commandDirectory: String
    /// `timeout`: how long one of them may take, in milliseconds.
    var timeout: Int

    init(from mapping: ConfigurationMapping) {
        configDirectory = mapping.value("config-directory", default: "/etc/postfix", as: .absolutePathname)
        commandDirectory = mapping.value("command-directory", default: "/usr/sbin", as: .absolutePathname)
        timeout = Int(
            mapping.duration("timeout", default: .seconds(2), in: .milliseconds(100)...(.seconds(20))).milliseconds)
    }

    func normalised() -> ConfigurationNode {
        ConfigurationNode(mapping: [
            ("config-directory", ConfigurationNode(configDirectory)),
            ("command-directory", ConfigurationNode(commandDirectory)),
            ("timeout", ConfigurationNode(.milliseconds(Int64(timeout)))),
        ])
    }
}

extension ConfigurationReading where Value == String {
    fileprivate static var absolutePathname: ConfigurationReading<String> {
        .parsed("the absolute path of a directory", placeholder: "/") {
            $0.hasPrefix("/") && !$0.utf8.contains(0) ? $0 : nil
        }
    }
}
