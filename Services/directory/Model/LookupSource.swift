/// Something that answers look-ups: a database, a directory server, a table in memory.
package protocol LookupSource: AnyObject, Sendable {
    /// Answers each look-up once, in one call of `reply` or in several, on any thread. It must not block.
    func ask(_ lookups: [Lookup], reply: @escaping @Sendable ([(lookup: Lookup, answer: Answer)]) -> Void)
    /// Ends it, after what was asked has been answered.
    func stop()
}
