import Host

/// A descriptor that an optional property can hold and lend.
final class SharedDescriptor {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}
