import Glibc

extension FuzzTarget {
    /// What `LLVMFuzzerTestOneInput` does: a broken invariant ends the process, which is how libFuzzer learns of it.
    public static func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        do {
            try check(Array(UnsafeBufferPointer(start: start, count: count)))
        } catch {
            let line = "== \(name): \(error)\n"
            _ = write(STDERR_FILENO, line, line.utf8.count)
            abort()
        }
        return 0
    }
}
