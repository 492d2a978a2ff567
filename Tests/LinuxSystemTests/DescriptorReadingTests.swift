import Glibc
import LinuxSystem
import Testing

@Suite("Reading from a descriptor")
struct DescriptorReadingTests {
  @Test("gives all up to a limit, and tells by one more that there are others", arguments: [0, 1, 70_000, 200_000])
  func limits(count: Int) throws {
    let stream = try #require(tmpfile())
    defer { fclose(stream) }
    let file = fileno(stream)
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(write(file, bytes, count) == count)
    lseek(file, 0, SEEK_SET)
    #expect(try Descriptors.bytes(of: file, limit: count) == bytes)
    lseek(file, 0, SEEK_SET)
    if count > 0 { #expect(try Descriptors.bytes(of: file, limit: count - 1).count > count - 1) }
  }

  @Test("a folder is an error that says so")
  func folder() throws {
    let folder = open("/", O_RDONLY | O_DIRECTORY)
    defer { close(folder) }
    let error = #expect(throws: SystemError.self) { try Descriptors.bytes(of: folder, limit: 10) }
    #expect(error?.number == EISDIR && error?.text == "is a directory")
  }
}
