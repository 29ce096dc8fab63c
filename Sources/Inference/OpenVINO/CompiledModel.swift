/// What OpenVINO made of a model, and of what.
struct CompiledModel: ~Copyable {
    let handle: OpenVINOHandle
    let origin: ModelOrigin
}
