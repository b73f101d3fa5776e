/// The two tables of whitelisted senders.
enum GreylistWhitelist: String, Sendable, CaseIterable {
    /// Filled from the SPF records of whitelisted domains.
    case spf = "greylisting_whitelist_domain_spf"
    /// Filled by administrators, and by outgoing mail.
    case manual = "greylisting_whitelists"
}
