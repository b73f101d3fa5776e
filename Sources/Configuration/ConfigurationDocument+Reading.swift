extension ConfigurationDocument {
    /// Reads the document. The body is given the top mapping and may read as many parts as it likes; at the end, the
    /// keys it did not ask for are reported as unknown, and all faults are thrown together.
    public func read<Value>(
        otherKeys: ConfigurationOtherKeys = .refused,
        secrets: SecretSource = .files,
        _ body: (ConfigurationMapping) -> Value
    ) throws(ConfigurationErrors) -> Value {
        let report = ConfigurationReport(secrets: secrets)
        let top = ConfigurationItem(node: root, path: .root, sink: report).mapping()
        let value = body(top)
        switch otherKeys {
        case .refused: break
        case .known(let keys): keys.forEach(top.expect)
        case .ignored: top.acceptUnknownKeys()
        }
        try report.finish()
        return value
    }

    /// Reads one part of the document, such as one service's mapping; a missing part is read as an empty one.
    public func read<Value: ConfigurationDecodable>(
        _ type: Value.Type,
        at key: String,
        otherKeys: ConfigurationOtherKeys = .refused,
        secrets: SecretSource = .files
    ) throws(ConfigurationErrors) -> Value {
        try read(otherKeys: otherKeys, secrets: secrets) { Value(from: $0.mapping(key)) }
    }
}
