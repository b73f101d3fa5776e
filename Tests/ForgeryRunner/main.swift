import Glibc
import SRSForgeries

/// A million forged SRS addresses for each length of the hash, and how many of them may be taken: four characters are
/// guessed once in one and a half million tries, as letter case does not count.
let allowed = [(hashLength: 8, taken: 0), (hashLength: 4, taken: 10)]
let count = 1_000_000
var isPassed = true
for (hashLength, limit) in allowed {
    guard let forgeries = Forgeries(hashLength: hashLength), forgeries.originalsAreTaken else {
        print("the addresses that are to be forged are not right")
        exit(1)
    }
    let taken = forgeries.taken(of: count, seed: UInt64(hashLength))
    print("\(count) forgeries with a hash of \(hashLength) characters: \(taken.count) taken, \(limit) allowed")
    for address in taken.prefix(5) { print("  \(address)") }
    isPassed = isPassed && taken.count <= limit
}
exit(isPassed ? 0 : 1)
