/// A configuration that is read from a mapping.
///
/// The initializer does not throw: each reader of `ConfigurationMapping` records its faults and returns a stand-in, and
/// the reading as a whole (`ConfigurationDocument.read`) throws all of them at the end. A value made from stand-ins is
/// therefore never used.
///
///     limit = mapping.duration("limit", default: .seconds(2), in: .milliseconds(10) ... .seconds(25))
///     mode = mapping.choice("mode", of: Mode.self, default: .enforce)
///     listeners = mapping.list("listeners", of: Listener.self)
///
/// Every key is asked for whatever the values of others are; one that is not is reported as unknown.
public protocol ConfigurationDecodable {
    /// Asks the mapping for every key there is.
    init(from mapping: ConfigurationMapping)
}
