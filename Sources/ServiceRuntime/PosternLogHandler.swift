public import Logging

/// swift-log's way to a ``LogWriter``: the message, then the metadata as ` key=value` in the keys' order.
public struct PosternLogHandler: LogHandler {
    /// Lines below it are not written: the threshold of all loggers, unless this one was given a level of its own.
    public var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
    }
    /// What every line of this logger carries.
    public var metadata: Logger.Metadata = [:]
    /// What every line carries because of where it is written.
    public var metadataProvider: Logger.MetadataProvider?

    private let writer: LogWriter
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?

    /// A handler that writes to `writer` from the threshold on, which may move.
    public init(writer: LogWriter, threshold: LogThreshold) {
        self.writer = writer
        self.threshold = threshold
    }

    /// One value of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event as one line.
    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        var text = event.message.description
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { text += " \(key)=\(value)" }
        writer.write(level: event.level, text: text)
    }
}
