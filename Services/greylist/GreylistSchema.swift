internal import SQLStore

/// The tables of greylisting in SQLite.
///
/// The settings tables have iRedAPD's names and columns. The hot tables are Postern's own: a client that has passed is
/// one row, and a waiting triplet's key begins with bytes of its client, so that all triplets of one client lie
/// together and neither table needs an index but that for expiry, which grows at its end only.
enum GreylistSchema {
    static let schema = SQLSchema(component: "greylist", steps: [settings + tracking, networks])

    /// In `greylisting_whitelists`, which grows with traffic, what an index cannot find has an index of its own.
    private static let settings = """
        CREATE TABLE greylisting (
            id INTEGER PRIMARY KEY,
            account TEXT COLLATE NOCASE NOT NULL DEFAULT '', priority INTEGER NOT NULL DEFAULT 0,
            sender TEXT COLLATE NOCASE NOT NULL DEFAULT '', sender_priority INTEGER NOT NULL DEFAULT 0,
            comment TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1,
            UNIQUE (account, sender));
        INSERT INTO greylisting (account, priority, sender, sender_priority, active) VALUES ('@.', 0, '@.', 0, 1);
        \(whitelist("greylisting_whitelists"))
        \(whitelist("greylisting_whitelist_domain_spf"))
        CREATE TABLE greylisting_whitelist_domains (
            id INTEGER PRIMARY KEY, domain TEXT COLLATE NOCASE NOT NULL DEFAULT '' UNIQUE);
        INSERT INTO greylisting_whitelist_domains (domain) VALUES
            \(defaultWhitelistDomains.map { "('\($0)')" }.joined(separator: ", "));

        """

    private static func whitelist(_ name: String) -> String {
        """
        CREATE TABLE \(name) (
            id INTEGER PRIMARY KEY,
            account TEXT COLLATE NOCASE NOT NULL DEFAULT '', sender TEXT COLLATE NOCASE NOT NULL DEFAULT '',
            comment TEXT NOT NULL DEFAULT '', UNIQUE (sender, account));
        CREATE INDEX \(name)_listing ON \(name) (account, sender);
        CREATE INDEX \(name)_comment ON \(name) (comment);
        CREATE INDEX \(name)_networks ON \(name) (id) WHERE \(isNetwork);
        """
    }

    /// True of networks and IPv6 addresses, and of few other senders.
    static let isNetwork = "(instr(sender, '/') > 0 OR instr(sender, ':') > 0)"

    private static let tracking = """
        CREATE TABLE postern_greylist_clients (
            id BLOB PRIMARY KEY, client_address TEXT NOT NULL, init_time INTEGER NOT NULL,
            record_expired INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX postern_greylist_clients_expiry ON postern_greylist_clients (record_expired);
        CREATE TABLE postern_greylist_waiting (
            id BLOB PRIMARY KEY, client_address TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
            init_time INTEGER NOT NULL, block_expired INTEGER NOT NULL, record_expired INTEGER NOT NULL,
            blocked_count INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX postern_greylist_waiting_expiry ON postern_greylist_waiting (record_expired);
        """

    /// Which domains list an entry of `greylisting_whitelist_domain_spf`, since there it has the comment of one of them.
    private static let networks = """
        CREATE TABLE postern_greylist_networks (
            sender TEXT NOT NULL, domain TEXT NOT NULL, PRIMARY KEY (sender, domain)) WITHOUT ROWID;
        CREATE INDEX postern_greylist_networks_domain ON postern_greylist_networks (domain);
        """

    /// Big senders that retry from many addresses: their servers are whitelisted from their SPF records.
    static let defaultWhitelistDomains = [
        "amazon.com", "aol.com", "cloudfiltering.com", "cloudflare.com", "constantcontact.com", "craigslist.org",
        "cust-spf.exacttarget.com", "ebay.com", "exacttarget.com", "facebook.com", "facebookmail.com", "fbmta.com",
        "fishbowl.com", "github.com", "gmx.com", "google.com", "hotmail.com", "icloud.com", "icontact.com",
        "inbox.com", "instagram.com", "iredmail.org", "linkedin.com", "mail.com", "mailchimp.com", "mailgun.com",
        "mailjet.com", "messagelabs.com", "microsoft.com", "outlook.com", "paypal.com", "pinterest.com", "reddit.com",
        "salesforce.com", "sbcglobal.net", "sendgrid.com", "sendgrid.net", "serverfault.com", "stackoverflow.com",
        "tumblr.com", "twitter.com", "yahoo.com", "yandex.ru", "zendesk.com", "zoho.com",
    ]
}
