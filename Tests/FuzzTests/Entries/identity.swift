@testable import FuzzTargets

/// libFuzzer's way into the target "identity".
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    run(IdentityTarget.run, on: UnsafeRawBufferPointer(start: start, count: count))
}
