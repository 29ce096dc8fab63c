/// Where a machine tells of its NVIDIA GPUs.
package struct GPUMachine: Sendable {
    /// The environment of the process, which may hide GPUs.
    package var environment: [String: String]
    /// The devices that this process could open: `/dev/nvidia0` and its like.
    package var deviceFiles: @Sendable () -> [String]
    /// The GPUs that the kernel's driver knows, whoever may use them.
    package var known: @Sendable () -> [String]
    /// The driver's own answer.
    package var driver: @Sendable () -> CUDADriver.Answer

    /// Describes a machine.
    package init(
        environment: [String: String],
        deviceFiles: @escaping @Sendable () -> [String],
        known: @escaping @Sendable () -> [String],
        driver: @escaping @Sendable () -> CUDADriver.Answer
    ) {
        self.environment = environment
        self.deviceFiles = deviceFiles
        self.known = known
        self.driver = driver
    }

    /// This machine.
    package static func this(environment: [String: String]) -> GPUMachine {
        GPUMachine(
            environment: environment,
            // Windows lends its GPUs to Linux by the last of these.
            deviceFiles: { ["/dev/nvidia[0-9]*", "/dev/dxg"].flatMap(LibrarySearch.files(matching:)) },
            known: { LibrarySearch.files(matching: "/proc/driver/nvidia/gpus/*") },
            driver: CUDADriver.ask
        )
    }
}
