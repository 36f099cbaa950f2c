PHP_ARG_WITH([halkode],
  [for halkode],
  [AS_HELP_STRING([--with-halkode[=DIR]],
    [Card payments through HALKODE; DIR is where libhalkode was installed, found by pkg-config when left out])])

PHP_ARG_ENABLE([halkode-static],
  [whether libhalkode becomes part of the extension],
  [AS_HELP_STRING([--enable-halkode-static],
    [Link libhalkode.a, so that the extension needs no other file])],
  [no],
  [no])

if test "$PHP_HALKODE" != "no"; then
  AC_PATH_PROG([PKG_CONFIG], [pkg-config], [no])
  if test "$PKG_CONFIG" = "no"; then
    AC_MSG_ERROR([pkg-config is needed to build the extension halkode])
  fi

  HALKODE_PKG_CONFIG="$PKG_CONFIG"
  if test "$PHP_HALKODE" != "yes"; then
    for dir in "$PHP_HALKODE/$PHP_LIBDIR" "$PHP_HALKODE"/lib "$PHP_HALKODE"/lib64 "$PHP_HALKODE"/lib/*; do
      if test -f "$dir/pkgconfig/halkode.pc"; then
        # The prefix is where the file is now, which need not be where the library was first installed.
        HALKODE_PKG_CONFIG="env PKG_CONFIG_LIBDIR=$dir/pkgconfig $PKG_CONFIG --define-variable=prefix=$PHP_HALKODE"
        break
      fi
    done
  fi

  AC_MSG_CHECKING([for libhalkode])
  if ! $HALKODE_PKG_CONFIG --exists "halkode >= 0.1"; then
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([libhalkode 0.1 or later is not installed; see --with-halkode=DIR])
  fi
  AC_MSG_RESULT([`$HALKODE_PKG_CONFIG --modversion halkode`])

  HALKODE_LIBDIR=`$HALKODE_PKG_CONFIG --variable=libdir halkode`
  PHP_EVAL_INCLINE([`$HALKODE_PKG_CONFIG --cflags halkode`])

  if test "$PHP_HALKODE_STATIC" != "no"; then
    if test ! -f "$HALKODE_LIBDIR/libhalkode.a"; then
      AC_MSG_ERROR([there is no libhalkode.a in $HALKODE_LIBDIR])
    fi
    AC_DEFINE([HALKODE_STATIC], [1], [Whether libhalkode is part of the extension])
    HALKODE_PRIVATE=`$HALKODE_PKG_CONFIG --static --libs-only-l halkode | sed 's/-lhalkode//'`
    HALKODE_SHARED_LIBADD="$HALKODE_LIBDIR/libhalkode.a $HALKODE_PRIVATE"
    # What the library exports is nobody else's business here, and what is not used stays out.
    case $host_os in
      darwin*) ;;
      *) LDFLAGS="$LDFLAGS -Wl,--exclude-libs,ALL -Wl,--gc-sections" ;;
    esac
  else
    PHP_EVAL_LIBLINE([`$HALKODE_PKG_CONFIG --libs halkode`], [HALKODE_SHARED_LIBADD])
    # Found again at run time where it is now; pkg-config leaves out what it takes for the system's own place.
    PHP_ADD_LIBRARY_WITH_PATH([halkode], [$HALKODE_LIBDIR], [HALKODE_SHARED_LIBADD])
  fi

  PHP_SUBST([HALKODE_SHARED_LIBADD])
  PHP_NEW_EXTENSION([halkode], [halkode.c clients.c settings.c], [$ext_shared],,
    [-DZEND_ENABLE_STATIC_TSRMLS_CACHE=1 -fvisibility=hidden])
  PHP_ADD_EXTENSION_DEP([halkode], [hash])
  PHP_ADD_EXTENSION_DEP([halkode], [json])
  PHP_ADD_EXTENSION_DEP([halkode], [spl])
fi
