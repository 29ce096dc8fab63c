import Glibc

/// NVIDIA's driver as its own library tells of it; nothing is computed there.
package enum CUDADriver {
    /// What the driver says of its GPUs.
    package enum Answer: Sendable, Equatable {
        /// As many are lent to this process, `CUDA_VISIBLE_DEVICES` obeyed.
        case lent(Int)
        /// Its library cannot be opened, in the loader's words.
        case missing(String)
        /// It says that there are none: none at all, or none for this process.
        case none
        /// It cannot be used, in its own words.
        case failed(String)
    }

    /// Asks the driver; what its library sets up in the process stays.
    package static func ask() -> Answer {
        guard let library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) else {
            return .missing(dlerror().map { String(cString: $0) } ?? "libcuda.so.1 cannot be opened")
        }
        guard let initialize = dlsym(library, "cuInit"), let countDevices = dlsym(library, "cuDeviceGetCount") else {
            return .failed("libcuda.so.1 lacks cuInit or cuDeviceGetCount")
        }
        var count: Int32 = 0
        var status = unsafeBitCast(initialize, to: (@convention(c) (UInt32) -> Int32).self)(0)
        if status == 0 {
            status = unsafeBitCast(
                countDevices,
                to: (@convention(c) (UnsafeMutablePointer<Int32>) -> Int32).self
            )(&count)
        }
        guard status != noDevice else { return .none }
        guard status == 0 else { return .failed(words(of: status, in: library)) }
        return count > 0 ? .lent(min(Int(count), most)) : .none
    }

    /// CUDA_ERROR_NO_DEVICE.
    private static let noDevice: Int32 = 100
    /// More in one machine are a mistake of what was loaded.
    private static let most = 64

    private static func words(of status: Int32, in library: UnsafeMutableRawPointer) -> String {
        typealias Describe = @convention(c) (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>) -> Int32
        var text: UnsafePointer<CChar>?
        if let describe = dlsym(library, "cuGetErrorString") {
            _ = unsafeBitCast(describe, to: Describe.self)(status, &text)
        }
        return "\(text.map { String(cString: $0) } ?? "the driver's call failed") (CUDA error \(status))"
    }
}
