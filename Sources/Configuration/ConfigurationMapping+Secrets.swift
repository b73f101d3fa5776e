extension ConfigurationMapping {
    /// A required secret. `secret("password")` reads the file that the key `password-file` names, or the systemd
    /// credential of that file's name. A secret written into the configuration is a fault.
    public func secret(_ key: String) -> Secret {
        let secret = optionalSecret(key)
        if !has(Self.fileKey(key)) && !has(key) {
            report(Self.fileKey(key), "required, but not given")
        }
        return secret ?? Secret("")
    }

    /// A secret, or nil when the file does not name one.
    public func optionalSecret(_ key: String) -> Secret? {
        let fileKey = Self.fileKey(key)
        if has(key) {
            report(key, "a secret does not belong here; put it into a file and name the file in '\(fileKey)'")
        }
        return item(fileKey).flatMap(Self.read)
    }

    private static func fileKey(_ key: String) -> String {
        key + "-file"
    }

    /// Never shows a value that is no path: it may be the secret itself.
    private static func read(_ item: ConfigurationItem) -> Secret? {
        guard let path = item.scalar?.text, path.hasPrefix("/"), path.utf8.allSatisfy({ $0 >= 0x20 }) else {
            item.report("expected the absolute path of a file that holds the secret")
            return nil
        }
        do {
            return try item.sink.secrets.read(path)
        } catch {
            item.report(error.message)
            return nil
        }
    }
}
