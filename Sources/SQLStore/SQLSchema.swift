/// The tables of one component and how to bring older ones up to date.
public struct SQLSchema: Hashable, Sendable {
    /// The component's name, the primary key of its row in `postern_schema`.
    public var component: String
    /// Each element is the script (one or more statements) that leads from the version of its index to the next one;
    /// the first creates the tables. The newest version is the number of scripts.
    public var steps: [String]

    /// The version that this program works with.
    public var version: Int { steps.count }

    /// Makes a schema whose version is the number of `steps`.
    public init(component: String, steps: [String]) {
        self.component = component
        self.steps = steps
    }

    /// The scripts that lead from `found` (0 when there are no tables yet) to ``version``.
    /// - Throws: `.schema` when the database is newer than this program, or its version is negative.
    func steps(from found: Int64) throws(SQLError) -> ArraySlice<String> {
        guard found >= 0, found <= Int64(version) else {
            throw SQLError(
                .schema, "the tables of \(component) have version \(found), this program knows none above \(version)")
        }
        return steps[Int(found)...]
    }
}
