//! The PyO3 module headrace._engine: a thin door between Python and the engine.
//!
//! Rules: the engine's threads never call Python and never wait for the GIL; every call here that
//! may block releases it first. Requests go in by `submit`, answers come back through a queue
//! whose eventfd asyncio watches (queue.rs). The class below only translates; see engine.rs for
//! what it does. `headrace/_engine.pyi` describes the same things to Python.

mod config;
mod engine;
mod errors;
mod logging;
mod ops;
mod queue;

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use errors::{Code, Failure};

// Batches are freed on another thread than allocated them, which jemalloc bears with least memory
// lying idle: docs/decisions/0008.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What jemalloc reads when it starts: memory that was freed goes back after about a second, also
/// when nobody allocates.
#[allow(non_upper_case_globals)]
#[export_name = "_rjem_malloc_conf"]
pub static malloc_conf: &[u8; 60] =
    b"dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:true\0";

/// Exceptions of the module, in a module of their own since the macro documents nothing.
#[allow(missing_docs)]
mod exceptions {
    use super::PyException;
    use pyo3::create_exception;

    create_exception!(
        _engine,
        EngineError,
        PyException,
        "The engine said no: code, message, setting."
    );
    create_exception!(_engine, EngineBusy, EngineError, "Too many requests are under way.");
}

use exceptions::{EngineBusy, EngineError};

fn raise(failure: Failure) -> PyErr {
    let args = (failure.code.name(), failure.message, failure.setting);
    if failure.code == Code::Busy {
        EngineBusy::new_err(args)
    } else {
        EngineError::new_err(args)
    }
}

/// A node inside this process.
#[pyclass(frozen)]
struct Engine {
    inner: engine::Engine,
}

#[pymethods]
impl Engine {
    #[new]
    fn new(config_json: &str) -> PyResult<Engine> {
        engine::Engine::new(config_json).map(|inner| Engine { inner }).map_err(raise)
    }

    fn start(&self, py: Python<'_>) -> PyResult<()> {
        py.detach(|| self.inner.start()).map_err(raise)
    }

    fn fileno(&self) -> i32 {
        self.inner.fileno()
    }

    fn submit(&self, op: &str, args_json: &str) -> PyResult<u64> {
        self.inner.submit(op, args_json).map_err(raise)
    }

    fn drain(&self) -> Vec<queue::Completion> {
        self.inner.drain()
    }

    fn metrics(&self, py: Python<'_>) -> String {
        py.detach(|| self.inner.metrics())
    }

    fn status(&self, py: Python<'_>) -> String {
        py.detach(|| self.inner.status())
    }

    fn hurry(&self) {
        self.inner.hurry();
    }

    fn stop(&self, py: Python<'_>) {
        py.detach(|| self.inner.stop());
    }
}

#[pymodule(gil_used = false)]
fn _engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    let codes: Vec<&str> = Code::ALL.iter().map(|c| c.name()).collect();
    module.add("ERROR_CODES", pyo3::types::PyTuple::new(py, codes)?)?;
    let ops = pyo3::types::PyTuple::new(py, ops::NAMES)?;
    module.add("OPERATIONS", ops)?;
    module.add("MAX_REQUESTS", queue::MAX_REQUESTS)?;
    module.add("EngineError", py.get_type::<EngineError>())?;
    module.add("EngineBusy", py.get_type::<EngineBusy>())?;
    module.add_class::<Engine>()
}
