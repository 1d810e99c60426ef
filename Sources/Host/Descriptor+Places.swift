import Glibc

extension Descriptor {
    /// How many bytes a file has now (`fstat(2)`).
    public borrowing func size() throws(Errno) -> Int {
        guard case .file(let size) = try kind() else { throw .inputOutput }
        return size
    }

    /// Reads bytes from a place until so many are there or the file ends (`pread(2)`), to the end of `bytes`.
    public borrowing func read(_ count: Int, at offset: Int, into bytes: inout [UInt8]) throws(Errno) {
        let number = self.number
        var got = 0
        while got < count {
            let wanted = min(count - got, 1 << 20)
            let place = offset + got
            var result: Result<Int, Errno> = .success(0)
            let part = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                result = retrying { pread(number, buffer.baseAddress, buffer.count, off_t(place)) }
                if case .success(let count) = result { filled = count }
            }
            let read = try result.get()
            if read == 0 { return }
            bytes += part
            got += read
        }
    }

    /// Writes all bytes at a place (`pwrite(2)`).
    public borrowing func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Errno) {
        let number = self.number
        var written = 0
        while written < bytes.count, let base = bytes.baseAddress {
            let place = offset + written
            let count = try retrying { pwrite(number, base + written, bytes.count - written, off_t(place)) }.get()
            // A file takes something or says why not.
            if count == 0 { throw .inputOutput }
            written += count
        }
    }

    /// Makes what was written, and the size, survive a power failure (`fdatasync(2)`).
    public borrowing func synchronizeData() throws(Errno) {
        let number = self.number
        _ = try retrying { Int(fdatasync(number)) }.get()
    }

    /// Sets a file's size (`ftruncate(2)`).
    public borrowing func truncate(to size: Int) throws(Errno) {
        let number = self.number
        _ = try retrying { Int(ftruncate(number, off_t(size))) }.get()
    }

    /// How a file is locked.
    public enum Lock: Sendable {
        /// By one that writes.
        case exclusive
        /// By any number that read.
        case shared
    }

    /// Takes the lock of an open file (`flock(2)`), waiting at most so long; false when others held it all the time.
    public borrowing func lock(_ lock: Lock, waitingMilliseconds limit: Int) throws(Errno) -> Bool {
        let operation = (lock == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB
        let deadline = BootClock.moment(after: .milliseconds(limit))
        var pause: Int32 = 1
        while flock(number, operation) != 0 {
            let error = Errno.last
            guard error.number == EWOULDBLOCK || error == .interrupted else { throw error }
            guard BootClock.nanoseconds < deadline else { return false }
            // Nothing to wait on: flock(2) has no time-out.
            poll(nil, 0, pause)
            pause = min(pause * 2, 20)
        }
        return true
    }

    /// Gives the lock back.
    public borrowing func unlock() { _ = flock(number, LOCK_UN) }
}
