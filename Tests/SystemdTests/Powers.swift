import SuiteFixture

/// What a user may do.
enum Powers {
    /// Arguments of setpriv(1) that become `user` in `groups` and no others.
    static func of(_ user: String, groups: String? = nil) -> [String] {
        ["--reuid", user, "--regid", groups ?? primaryGroup(of: user)] + ["--clear-groups"]
    }

    private static func primaryGroup(of user: String) -> String { user == "nobody" ? "nogroup" : user }

    /// A program that connects to a Unix socket and says whether it may: 0 for yes.
    static func connect(to path: String) -> [String] {
        [
            "perl", "-MSocket", "-e",
            "socket(S, AF_UNIX, SOCK_STREAM, 0); connect(S, sockaddr_un(shift)) or die \"$!\\n\"", path,
        ]
    }
}
