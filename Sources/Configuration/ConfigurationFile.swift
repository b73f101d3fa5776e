/// Configuration files on disk.
public enum ConfigurationFile {
    /// Reads a file. Throws when it cannot be read, is no regular file, is larger than
    /// `ConfigurationDocument.sizeLimit`, or has a fault of form.
    public static func load(path: String) throws(ConfigurationErrors) -> ConfigurationDocument {
        let file: RegularFile
        do {
            file = try RegularFile(path: path, limit: ConfigurationDocument.sizeLimit)
        } catch {
            let location = ConfigurationLocation(file: path)
            throw ConfigurationErrors(ConfigurationError(location: location, message: "cannot read: \(error.message)"))
        }
        return try ConfigurationDocument(bytes: file.bytes, file: path)
    }
}
