internal import Glibc
internal import LinuxSystem

/// A command of the user's that prints credentials.
struct CredentialProcess {
  /// How long it may take where nobody says less, in nanoseconds: it may wait for a person.
  private static let patience: Int64 = 60_000_000_000

  private let command: String
  private let place: String

  init(_ command: String, of place: String) {
    self.command = command
    self.place = place
  }

  /// Runs it by the shell, and waits for it; what it prints is shown to nobody.
  func load(
    _ environment: StorageEnvironment, until deadline: RequestDeadline = .none, patience: Int64 = patience
  ) throws(ObjectError) -> Credentials {
    guard !deadline.isOver else { throw slow }
    let end = RequestDeadline(in: patience)
    let bytes = try output { () throws(ObjectError) in
      if environment.isInterrupted() { throw ObjectError(.interrupted, "The program was told to stop.") }
      if deadline.isOver { throw slow }
      if end.isOver { throw failure("does not end") }
    }
    guard let document = FlatJSON(bytes), let accessKey = document["AccessKeyId"],
      let secret = document["SecretAccessKey"]
    else { throw ObjectError(.noCredentials, "What \(place) prints is no document of credentials: correct it.") }
    return Credentials(
      accessKey: accessKey, secret: secret, token: document["SessionToken"],
      end: document["Expiration"].flatMap { WireTime.seconds(ofDocument: Array($0.utf8)) })
  }

  /// - Parameter requireTime: throws once nobody waits for it any more.
  private func output(_ requireTime: () throws(ObjectError) -> Void) throws(ObjectError) -> [UInt8] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failure("cannot be started (\(SystemError.latest.text))") }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let process: pid_t
    do throws(SystemError) {
      defer { close(ends[1]) }
      process = try start(output: ends[1])
    } catch {
      throw failure("cannot be started (\(error.text))")
    }
    // What it started goes with it: the whole group.
    var isOver = false
    defer { if !isOver { end(process) } }
    let bytes = try read(ends[0], requireTime)
    let status = try wait(process, requireTime)
    isOver = true
    guard status == 0 else {
      let signal = status & 0x7F
      throw failure(signal == 0 ? "ended with status \(status >> 8 & 0xFF)" : "was ended by signal \(signal)")
    }
    return bytes
  }

  private func start(output: Int32) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
    defer { arguments.forEach { free($0) } }
    var process = pid_t()
    let number = posix_spawn(&process, "/bin/sh", &actions, &attributes, &arguments, environ)
    guard number == 0 else { throw SystemError(number) }
    return process
  }

  private func read(_ file: Int32, _ requireTime: () throws(ObjectError) -> Void) throws(ObjectError) -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      try requireTime()
      var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, 50) > 0 else { continue }
      let count = Glibc.read(file, &part, part.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes }
      bytes += part[0..<count]
      guard bytes.count <= SmallFile.limit else { throw failure("prints too much") }
    }
  }

  private func wait(_ process: pid_t, _ requireTime: () throws(ObjectError) -> Void) throws(ObjectError) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      try requireTime()
      usleep(2_000)
    }
    return status
  }

  private func end(_ process: pid_t) {
    kill(-process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Nothing is known of it but that it takes longer than somebody waits.
  private var slow: ObjectError {
    failure("gave no credentials in the time that there was", .unavailable)
  }

  private func failure(_ trouble: String, _ code: ObjectError.Code = .noCredentials) -> ObjectError {
    let sentence = place.prefix(1).uppercased() + place.dropFirst()
    return ObjectError(code, "\(sentence) \(trouble): run it by hand to see why.")
  }
}
