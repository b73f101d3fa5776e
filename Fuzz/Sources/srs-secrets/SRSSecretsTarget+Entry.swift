internal import FuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    SRSSecretsTarget.fuzz(start, count)
}
