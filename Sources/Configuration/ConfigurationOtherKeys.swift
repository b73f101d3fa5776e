/// What to do with keys at the top of the file that the reading did not ask for.
public enum ConfigurationOtherKeys: Sendable {
    /// They are unknown keys: the reading covers the whole file.
    case refused
    /// These belong to other services and are left alone; any other is an unknown key.
    case known([String])
    /// All are left alone. A misspelt name of a service's part then goes unseen.
    case ignored
}
