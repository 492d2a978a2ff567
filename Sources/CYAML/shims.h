// libyaml's header. Header only: nothing here keeps state.
#pragma once

#include <yaml.h>
