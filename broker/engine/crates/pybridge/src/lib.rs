//! The PyO3 module headrace._engine: a thin door between Python and the engine.
