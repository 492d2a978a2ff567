internal import CatalogIndex
internal import CatalogReconciler
internal import ManifestStore
internal import StoredTree

extension CatalogError {
  /// What an error of the index means to the one who asked.
  init(_ error: IndexError) {
    let code: Code =
      switch error.code {
      case .missing, .inputOutput: .inputOutput
      case .noSuchRoot: .noSuchRoot
      case .damaged, .outdated: .damagedIndex
      case .newer: .newerIndex
      case .foreign, .badQuery: .badData
      case .busy, .superseded: .busy
      case .cannotWrite, .full: .cannotWrite
      case .timedOut: .timedOut
      case .internal: .internal
      }
    self.init(code, error.message, remedies: error.remedies, damage: error.damage)
  }

  /// Runs `body` and says what its error means to the one who asked.
  static func wrapping<R>(_ body: () throws(IndexError) -> R) throws(CatalogError) -> R {
    do throws(IndexError) { return try body() } catch { throw CatalogError(error) }
  }

  /// Runs `body`, which touches tree and index, and says what its error means to the one who asked.
  static func wrappingAny<R>(_ body: () throws -> R) throws(CatalogError) -> R {
    do {
      return try body()
    } catch let error as CatalogError {
      throw error
    } catch let error as IndexError {
      throw CatalogError(error)
    } catch let error as StoreError {
      throw CatalogError(error)
    } catch let error as ReconcileError {
      throw CatalogError(error.code == .busy ? .busy : .noSuchRoot, error.message, remedies: error.remedies)
    } catch {
      throw CatalogError(.internal, "The catalog failed in a way it should not: \(error).")
    }
  }

  init(_ error: StoreError) {
    let code: Code =
      switch error.code {
      case .noSuchRoot: .noSuchRoot
      case .denied, .inputOutput: .inputOutput
      case .cannotWrite: .cannotWrite
      case .busy: .busy
      case .refused: .invalidArgument
      case .running: .running
      case .noSuchRun: .noSuchRun
      }
    self.init(code, error.message, remedies: error.remedies)
  }
}
