internal import CCurl
internal import Glibc

/// libcurl, opened when it is first needed: linked, its 33 libraries would make every start of the program longer.
struct CurlLibrary: Sendable {
  private typealias GlobalInit = @convention(c) @Sendable (Int) -> Int32
  private typealias EasyInit = @convention(c) @Sendable () -> UnsafeMutableRawPointer?
  private typealias OfHandle = @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Void
  private typealias Perform = @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Int32
  private typealias Words = @convention(c) @Sendable (Int32) -> UnsafePointer<CChar>?

  private let easyInit: EasyInit
  private let easyCleanup: OfHandle
  private let easyPerform: Perform
  private let words: Words
  // Addresses of functions of a library that is never closed.
  nonisolated(unsafe) private let setOption: UnsafeMutableRawPointer
  nonisolated(unsafe) private let getInformation: UnsafeMutableRawPointer

  /// The library of this process.
  static let shared: Result<CurlLibrary, HTTPFault> = open(["libcurl.so.4", "libcurl-gnutls.so.4"])

  /// Opens the first of some files that is there.
  static func open(_ names: [String]) -> Result<CurlLibrary, HTTPFault> {
    Result { () throws(HTTPFault) in try CurlLibrary(names) }
  }

  private init(_ names: [String]) throws(HTTPFault) {
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
      throw HTTPFault(
        .unusable, "libcurl.so.4 is not installed; it is in the package libcurl4 of Debian and Ubuntu, else in libcurl")
    }
    func find(_ name: String) throws(HTTPFault) -> UnsafeMutableRawPointer {
      guard let address = dlsym(library, name) else {
        throw HTTPFault(.unusable, "the installed libcurl.so.4 is too old or damaged: it has no \(name)")
      }
      return address
    }
    easyInit = unsafeBitCast(try find("curl_easy_init"), to: EasyInit.self)
    easyCleanup = unsafeBitCast(try find("curl_easy_cleanup"), to: OfHandle.self)
    easyPerform = unsafeBitCast(try find("curl_easy_perform"), to: Perform.self)
    words = unsafeBitCast(try find("curl_easy_strerror"), to: Words.self)
    setOption = try find("curl_easy_setopt")
    getInformation = try find("curl_easy_getinfo")
    let prepare = unsafeBitCast(try find("curl_global_init"), to: GlobalInit.self)
    guard prepare(Int(catalog_curl_global_default)) == 0 else {
      throw HTTPFault(.unusable, "libcurl could not be set up")
    }
  }

  /// The library's words for a number of CURLE_*; they hold nothing of the request.
  func text(_ code: Int32) -> String { words(code).map { String(cString: $0) } ?? "error \(code) of libcurl" }
}

extension CurlLibrary {
  /// One session: its connections are kept and used again. Used by one thread at a time.
  final class Handle: Sendable {
    private let library: CurlLibrary
    // Whoever holds the handle has it alone: the pool gives each away once.
    nonisolated(unsafe) private let handle: UnsafeMutableRawPointer

    init?(_ library: CurlLibrary) {
      guard let handle = library.easyInit() else { return nil }
      self.library = library
      self.handle = handle
    }

    deinit { library.easyCleanup(handle) }

    func set(_ option: Int, number: Int) {
      _ = catalog_curl_set_number(library.setOption, handle, Int32(option), number)
    }

    func set(_ option: Int, size: Int64) {
      _ = catalog_curl_set_size(library.setOption, handle, Int32(option), size)
    }

    func set(_ option: Int, text: String?) {
      _ =
        text.map { catalog_curl_set_text(library.setOption, handle, Int32(option), $0) }
        ?? catalog_curl_set_text(library.setOption, handle, Int32(option), nil)
    }

    /// The pointer must hold until the request is over.
    func set(_ option: Int, pointer: UnsafeRawPointer?) {
      _ = catalog_curl_set_pointer(library.setOption, handle, Int32(option), pointer)
    }

    func set(_ option: Int, writer: catalog_curl_writer) {
      _ = catalog_curl_set_writer(library.setOption, handle, Int32(option), writer)
    }

    func set(_ option: Int, watcher: catalog_curl_watcher) {
      _ = catalog_curl_set_watcher(library.setOption, handle, Int32(option), watcher)
    }

    func set(_ option: Int, opener: catalog_curl_opener) {
      _ = catalog_curl_set_opener(library.setOption, handle, Int32(option), opener)
    }

    /// Makes the request, with these headers; one without a value keeps libcurl from sending its own.
    ///
    /// - Returns: a number of CURLE_*, and the status if there is one.
    func perform(_ headers: [(name: String, value: String)]) -> (code: Int32, status: Int) {
      // The list that libcurl reads, made in one piece.
      var text: [CChar] = []
      text.reserveCapacity(1024)
      var starts: [Int] = []
      // Without what would end a line, or the text.
      func put(_ part: String) {
        for byte in part.utf8 where byte != 0 && byte != 0x0A && byte != 0x0D { text.append(CChar(bitPattern: byte)) }
      }
      for header in headers {
        starts.append(text.count)
        put(header.name)
        put(header.value.isEmpty ? ":" : ": ")
        put(header.value)
        text.append(0)
      }
      return text.withUnsafeMutableBufferPointer { text in
        withUnsafeTemporaryAllocation(of: catalog_curl_list.self, capacity: starts.count) { list in
          for (index, start) in starts.enumerated() {
            let next = index + 1 < starts.count ? list.baseAddress.map { $0 + index + 1 } : nil
            list.initializeElement(
              at: index, to: catalog_curl_list(text: text.baseAddress.map { $0 + start }, next: next))
          }
          set(Int(catalog_curl_httpheader), pointer: starts.isEmpty ? nil : UnsafeRawPointer(list.baseAddress))
          defer { set(Int(catalog_curl_httpheader), pointer: nil) }
          let code = library.easyPerform(handle)
          var status = 0
          _ = catalog_curl_get_number(library.getInformation, handle, Int32(catalog_curl_response_code), &status)
          return (code, status)
        }
      }
    }
  }
}
