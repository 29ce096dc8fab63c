/// How a model is loaded.
package struct SessionOptions: Sendable, Hashable {
    /// Where the model runs.
    package var device: Device
    /// How numbers are computed with.
    package var precision: Precision
    /// Threads the runtime may use inside one operator, the caller's included; 0 leaves the number to it.
    package var intraOpThreads: Int

    /// A folder in which OpenVINO keeps what it made of a model, for the next start; nil for none.
    package var cache: String?

    /// Whether inputs and outputs are bound, in memory that the device reaches by itself.
    ///
    /// That is page-locked for a GPU, which copies from and to it without the processor's help. On a processor nothing is gained.
    package var bindsMemory: Bool

    /// Makes options; the defaults suit one engine that shares the processor with decoding.
    ///
    /// Memory is bound on every device but a processor, unless `bindsMemory` says otherwise.
    package init(
        device: Device = .cpu,
        precision: Precision = .full,
        intraOpThreads: Int = 0,
        cache: String? = nil,
        bindsMemory: Bool? = nil
    ) {
        self.device = device
        self.precision = precision
        self.intraOpThreads = intraOpThreads
        self.cache = cache
        self.bindsMemory = bindsMemory ?? !device.isProcessor
    }
}
