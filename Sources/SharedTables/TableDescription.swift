/// A table of a shared database as the server describes it.
public struct TableDescription: Hashable, Sendable {
    /// A column.
    public struct Column: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its type as the server writes it, such as `mediumint(8) unsigned`.
        public var type: String

        /// The largest number that it holds; nil when it is no column of whole numbers.
        public var largestInteger: Int64? {
            let words = type.lowercased().split { !$0.isLetter }
            let isUnsigned = words.contains("unsigned")
            return switch words.first {
            case "tinyint": isUnsigned ? 255 : 127
            case "smallint": isUnsigned ? 65_535 : 32_767
            case "mediumint": isUnsigned ? 16_777_215 : 8_388_607
            case "int", "integer": isUnsigned ? 4_294_967_295 : 2_147_483_647
            // What is above 63 bits, nobody counts to.
            case "bigint": .max
            default: nil
            }
        }
    }

    /// An index, with its columns in order.
    public struct Key: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Whether it lets each combination of values in once.
        public var isUnique: Bool
        /// Its columns.
        public var columns: [String]
    }

    /// A foreign key of one column.
    public struct ForeignKey: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// The column that refers.
        public var column: String
        /// The table that is referred to.
        public var table: String
        /// Whether rows go with the row they refer to.
        public var cascades: Bool
    }

    /// The table's name.
    public var name: String
    /// Its columns.
    public var columns: [Column]
    /// Its indexes over whole columns of all rows, the primary key included.
    public var keys: [Key]
    /// Its foreign keys.
    public var foreignKeys: [ForeignKey]

    /// Makes a description.
    public init(name: String, columns: [Column] = [], keys: [Key] = [], foreignKeys: [ForeignKey] = []) {
        self.name = name
        self.columns = columns
        self.keys = keys
        self.foreignKeys = foreignKeys
    }

    /// The column of this name.
    public func column(_ name: String) -> Column? {
        columns.first { $0.name == name }
    }

    /// Whether two rows cannot have the same values in these columns.
    public func hasUniqueKey(on columns: [String]) -> Bool {
        keys.contains { $0.isUnique && Set($0.columns) == Set(columns) }
    }

    /// Whether there is an index that begins with these columns, in any order.
    public func hasIndex(on columns: [String]) -> Bool {
        keys.contains { Set($0.columns.prefix(columns.count)) == Set(columns) }
    }
}
