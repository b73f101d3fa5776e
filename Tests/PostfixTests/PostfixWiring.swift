/// How Postfix is told to ask the suite, as the documentation recommends it.
struct PostfixWiring: Sendable {
    /// The policy server as `check_policy_service` names it, such as `inet:127.0.0.1:7777`.
    var policy: String
    /// The tables of SRS; nil leaves senders as they are.
    var srs: (forward: String, reverse: String)?
    /// Where all mail ends.
    var sinkPort: Int
    /// The content filter, if mail goes through one.
    var filterPort: Int?

    /// A domain with mailboxes here.
    static let localDomain = "example.com"
    /// The domain of rewritten addresses.
    static let srsDomain = "srs.example.com"
    /// A mailbox whose mail is passed on, and where to.
    static let forwarded = (from: "forward@example.com", to: "friend@elsewhere.example")

    /// What Postfix answers when the suite does not.
    static let defaultAction = "DEFER_IF_PERMIT 4.3.5 policy service down"

    private var check: String {
        "check_policy_service { \(policy), timeout=30s, { default_action = \(Self.defaultAction) } }"
    }

    private var tables: String {
        guard let srs else { return "" }
        return """
            sender_canonical_maps = \(srs.forward)
            sender_canonical_classes = envelope_sender
            recipient_canonical_maps = \(srs.reverse)
            recipient_canonical_classes = envelope_recipient, header_recipient
            """
    }

    /// The text of main.cf.
    func main(directory: String, authSocket: String) -> String {
        """
        \(Self.instance(directory))
        inet_interfaces = loopback-only
        inet_protocols = ipv4
        myhostname = mx.test
        mydomain = test
        myorigin = test
        mydestination =
        local_recipient_maps =
        alias_maps =
        alias_database =
        mynetworks = 127.0.0.0/8
        relay_domains = \(Self.localDomain), \(Self.srsDomain)
        virtual_alias_maps = inline:{ \(Self.forwarded.from)=\(Self.forwarded.to) }
        default_transport = smtp:[127.0.0.1]:\(sinkPort)
        relay_transport = smtp:[127.0.0.1]:\(sinkPort)
        content_filter = \(filterPort.map { "smtp:[127.0.0.1]:\($0)" } ?? "")
        disable_dns_lookups = yes
        smtp_host_lookup = native
        smtp_tls_security_level = none
        smtpd_tls_security_level = none
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = \(authSocket)
        smtpd_sasl_auth_enable = yes
        smtpd_authorized_xclient_hosts = 127.0.0.0/8
        smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
        smtpd_recipient_restrictions = reject_non_fqdn_sender, reject_non_fqdn_recipient, reject_unlisted_recipient,
            \(check),
            permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
        smtpd_end_of_data_restrictions = \(check)
        \(tables)
        smtpd_client_connection_count_limit = 0
        in_flow_delay = 0

        """
    }

    private static func instance(_ directory: String) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(directory)/spool
        data_directory = \(directory)/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        maillog_file = \(directory)/maillog
        maillog_file_prefixes = \(directory)
        """
    }

    /// The text of master.cf.
    func master(port: Int, reinjectionPort: Int) -> String {
        """
        127.0.0.1:\(port) inet n - n - - smtpd
        127.0.0.1:\(reinjectionPort) inet n - n - - smtpd
            -o content_filter=
            -o smtpd_relay_restrictions=
            -o smtpd_recipient_restrictions=permit_mynetworks,reject
            -o smtpd_end_of_data_restrictions=
            -o receive_override_options=no_unknown_recipient_checks,no_address_mappings
        \(Self.services)

        """
    }

    private static let services = """
        pickup     unix       n - n 60    1 pickup
        cleanup    unix       n - n -     0 cleanup
        qmgr       unix       n - n 300   1 qmgr
        tlsmgr     unix       - - n 1000? 1 tlsmgr
        rewrite    unix       - - n -     - trivial-rewrite
        bounce     unix       - - n -     0 bounce
        defer      unix       - - n -     0 bounce
        trace      unix       - - n -     0 bounce
        verify     unix       - - n -     1 verify
        flush      unix       n - n 1000? 0 flush
        proxymap   unix       - - n -     - proxymap
        proxywrite unix       - - n -     1 proxymap
        smtp       unix       - - n -     - smtp
        relay      unix       - - n -     - smtp
        showq      unix       n - n -     - showq
        error      unix       - - n -     - error
        retry      unix       - - n -     - error
        discard    unix       - - n -     - discard
        anvil      unix       - - n -     1 anvil
        scache     unix       - - n -     1 scache
        postlog    unix-dgram n - n -     1 postlogd
        """
}
