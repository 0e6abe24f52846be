@testable import FuzzTargets

/// Runs a target on one of libFuzzer's inputs. A finding ends the process, and libFuzzer keeps the input.
@inline(__always)
func run(_ target: FuzzTarget, on input: UnsafeRawBufferPointer) -> CInt {
    do {
        try target(input)
    } catch {
        fatalError("\(error)")
    }
    return 0
}
