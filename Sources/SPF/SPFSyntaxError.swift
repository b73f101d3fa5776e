/// A record that is not of the grammar of RFC 7208 section 12.
struct SPFSyntaxError: Error, Hashable {
    /// What is wrong, in a few words.
    var problem: String

    init(_ problem: String) {
        self.problem = problem
    }
}
